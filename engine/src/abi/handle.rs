//! What a pointer of ours in C's hands points to: a mark, then the object.
//!
//! Each door looks at the mark before it believes the pointer.  A wrong one is a mistake of the embedder's code, not
//! of a guest's, and going on would run guests on memory that belongs to somebody else: the process ends with words.
//! Looking at memory that was freed promises nothing; it finds the mistakes that tests and fuzzers make.

use std::sync::atomic::{AtomicU32, Ordering};

/// Something C holds a pointer to.
pub trait Object {
    /// The opaque type of the header.
    type C;
    /// Its name there.
    const NAME: &'static str;
    /// The mark of a live one; its lowest two bits are 0.
    const MAGIC: u32;
}

/// Free for a call.
const READY: u32 = 0;
/// In a call.
const BUSY: u32 = 1;
/// Good for nothing but being freed.
const SPENT: u32 = 2;
/// Freed.
const DEAD: u32 = 3;

/// The object with its mark.
#[repr(C)]
pub struct Handle<T> {
    mark: AtomicU32,
    object: T,
}

impl<T: Object> Handle<T> {
    /// Hand `object` over to C.
    pub fn lend(object: T) -> *mut T::C {
        const { assert!(T::MAGIC & 3 == 0) };
        Box::into_raw(Box::new(Handle { mark: AtomicU32::new(T::MAGIC), object })).cast()
    }

    /// The object behind `p`, which is not in a call of its own.
    ///
    /// # Safety
    /// `p` came from [`Handle::lend`] of this type; that it was not freed since is checked as far as that is possible.
    pub unsafe fn get<'a>(p: *const T::C, door: &str) -> &'a T {
        // SAFETY: promised by the caller, and the mark agrees.
        unsafe {
            Self::check(p, door, READY);
            &(*p.cast::<Self>()).object
        }
    }

    /// As [`Handle::get`], for changing it.
    ///
    /// # Safety
    /// As [`Handle::get`]; nobody else uses the object while the reference lives.
    pub unsafe fn get_mut<'a>(p: *mut T::C, door: &str) -> &'a mut T {
        // SAFETY: as above.
        unsafe {
            Self::check(p, door, READY);
            &mut (*p.cast::<Self>()).object
        }
    }

    /// Use the object in a call during which every other door refuses it.  `f` also says whether it can be used again.
    ///
    /// # Safety
    /// As [`Handle::get_mut`].
    pub unsafe fn busy<R>(p: *mut T::C, door: &str, f: impl FnOnce(&mut T) -> (R, bool)) -> R {
        // SAFETY: as above; the mark is not part of what `f` gets.
        unsafe {
            Self::check(p, door, READY);
            let this = p.cast::<Self>();
            (*this).mark.store(T::MAGIC | BUSY, Ordering::Relaxed);
            let (r, again) = f(&mut (*this).object);
            (*this).mark.store(T::MAGIC | if again { READY } else { SPENT }, Ordering::Relaxed);
            r
        }
    }

    /// Take the object back from C and drop it; NULL is nothing.
    ///
    /// # Safety
    /// As [`Handle::get_mut`], and the pointer is not used again.
    pub unsafe fn free(p: *mut T::C, door: &str) {
        if p.is_null() {
            return;
        }
        // SAFETY: `lend` made it out of a box.
        unsafe {
            let this = p.cast::<Self>();
            let mark = (*this).mark.load(Ordering::Relaxed);
            if mark != T::MAGIC | READY && mark != T::MAGIC | SPENT {
                Self::refuse(mark, door);
            }
            (*this).mark.store(T::MAGIC | DEAD, Ordering::Relaxed);
            drop(Box::from_raw(this));
        }
    }

    /// # Safety
    /// As [`Handle::get`].
    #[inline(always)]
    unsafe fn check(p: *const T::C, door: &str, state: u32) {
        if p.is_null() {
            misuse(door, &format!("no {}: a null pointer", T::NAME));
        }
        // SAFETY: promised by the caller.
        let mark = unsafe { (*p.cast::<Self>()).mark.load(Ordering::Relaxed) };
        if mark != T::MAGIC | state {
            Self::refuse(mark, door);
        }
    }

    #[cold]
    fn refuse(mark: u32, door: &str) -> ! {
        let name = T::NAME;
        match mark.wrapping_sub(T::MAGIC) {
            BUSY => misuse(door, &format!("this {name} is in a call")),
            SPENT => misuse(door, &format!("this {name} has ended and can only be freed")),
            _ => misuse(door, &format!("no live {name}: freed, damaged or something else")),
        }
    }
}

/// A pointer that the header says is never NULL.
#[inline(always)]
pub fn given<T>(p: *const T, what: &str, door: &str) {
    if p.is_null() {
        misuse(door, &format!("no {what}: a null pointer"));
    }
}

/// End the process: the embedder's code broke a promise of the header.
#[cold]
pub fn misuse(door: &str, what: &str) -> ! {
    eprintln!("boxagnts: {door}: broken invariant: {what}");
    std::process::abort()
}
