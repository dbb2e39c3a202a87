//! What the types of `src/abi` and the functions of `src/doors` are in C's words: the build script's side of the macros
//! they are written down with.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, AtomicU64};

use crate::abi::hooks::CTextBuf;
use crate::abi::types::CText;

/// What the two sides are compared by; names are C's.
pub enum Item {
    /// Fields: name, offset, size, type.
    Struct {
        name: &'static str,
        size: usize,
        align: usize,
        fields: Vec<(&'static str, usize, usize, String)>,
    },
    /// Known by its name only.
    Opaque { name: &'static str },
    /// Enumerators.
    Number { name: &'static str, values: Vec<(&'static str, u64)> },
    /// A constant that is no enumerator.
    Const { name: &'static str, value: u64 },
}

/// Something `c_types!` defines.
pub trait Described {
    fn item() -> Item;
}

/// A type as C writes it where no name is declared; `const` follows what it is about.
pub trait Spelled {
    fn spelled() -> String;
}

macro_rules! describe {
    (struct $name:ident = $c:ident { $($field:ident: $ty:ty,)* }) => {
        impl crate::describe::Described for $name {
            fn item() -> crate::describe::Item {
                use crate::describe::Spelled;
                let fields = vec![$((
                    stringify!($field).trim_start_matches("r#"),
                    std::mem::offset_of!($name, $field),
                    std::mem::size_of::<$ty>(),
                    <$ty>::spelled(),
                )),*];
                let (size, align) = (std::mem::size_of::<$name>(), std::mem::align_of::<$name>());
                crate::describe::Item::Struct { name: stringify!($c), size, align, fields }
            }
        }
        describe! { name $name = $c }
    };
    (opaque $name:ident = $c:ident) => {
        impl crate::describe::Described for $name {
            fn item() -> crate::describe::Item {
                crate::describe::Item::Opaque { name: stringify!($c) }
            }
        }
        describe! { name $name = $c }
    };
    (number $name:ident = $c:ident { $($cv:ident: $value:expr,)* }) => {
        impl crate::describe::Described for $name {
            fn item() -> crate::describe::Item {
                let values = vec![$((stringify!($cv), $value)),*];
                crate::describe::Item::Number { name: stringify!($c), values }
            }
        }
        describe! { name $name = $c }
    };
    (const $c:ident = $name:ident) => {
        /// Stands for the constant.
        #[allow(non_camel_case_types)]
        pub struct $c;
        impl crate::describe::Described for $c {
            fn item() -> crate::describe::Item {
                crate::describe::Item::Const { name: stringify!($c), value: $name.into() }
            }
        }
    };
    (name $name:ident = $c:ident) => {
        impl crate::describe::Spelled for $name {
            fn spelled() -> String {
                stringify!($c).into()
            }
        }
    };
}

macro_rules! describe_all {
    ($($name:ident)*) => {
        pub fn items() -> Vec<crate::describe::Item> {
            vec![$(<$name as crate::describe::Described>::item()),*]
        }
    };
}

macro_rules! c_functions {
    ($(fn $name:ident($($arg:ty),* $(,)?) $(-> $ret:ty)?;)*) => {
        /// Name of each, and its type as a pointer.
        pub fn all() -> Vec<(&'static str, String)> {
            use crate::describe::Spelled;
            vec![$((
                stringify!($name),
                <unsafe extern "C" fn($($arg),*) $(-> $ret)?>::spelled(),
            )),*]
        }
    };
}

macro_rules! spelled {
    ($($ty:ty = $c:literal),* $(,)?) => {
        $(impl Spelled for $ty {
            fn spelled() -> String {
                $c.into()
            }
        })*
    };
}

spelled! {
    () = "void", c_void = "void", bool = "_Bool", u8 = "uint8_t", u16 = "uint16_t", u32 = "uint32_t", u64 = "uint64_t",
    i32 = "int32_t", i64 = "int64_t", usize = "size_t", AtomicU32 = "_Atomic uint32_t", AtomicU64 = "_Atomic uint64_t",
    CText = "char const *", CTextBuf = "char *",
}

impl<T: Spelled> Spelled for *const T {
    fn spelled() -> String {
        format!("{} const *", T::spelled())
    }
}

impl<T: Spelled> Spelled for *mut T {
    fn spelled() -> String {
        format!("{} *", T::spelled())
    }
}

/// The only arrays are message buffers.
impl<const N: usize> Spelled for [u8; N] {
    fn spelled() -> String {
        format!("char [{N}]")
    }
}

/// NULL or a function.
impl<T: Spelled> Spelled for Option<T> {
    fn spelled() -> String {
        T::spelled()
    }
}

macro_rules! spelled_functions {
    ($($arg:ident)*) => {
        impl<$($arg: Spelled,)* R: Spelled> Spelled for unsafe extern "C" fn($($arg),*) -> R {
            fn spelled() -> String {
                let args: &[String] = &[$($arg::spelled()),*];
                let args = if args.is_empty() { "void".into() } else { args.join(", ") };
                format!("{} (*)({args})", R::spelled())
            }
        }
    };
}

spelled_functions! {}
spelled_functions! { A }
spelled_functions! { A B }
spelled_functions! { A B C }
spelled_functions! { A B C D }
spelled_functions! { A B C D E }
spelled_functions! { A B C D E F }
spelled_functions! { A B C D E F G }
spelled_functions! { A B C D E F G H }
