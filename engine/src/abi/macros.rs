//! How the plain types of the border are written down: each with its name in C.
//!
//! The crate takes the definitions; the build script, which reads the same files, also takes the names and has the C
//! compiler compare.  What differs between the two is `describe!` and `describe_all!`.

/// A list of types, one after the other:
///
/// * `struct Name = c_name { field: Type, … }`: the fields of the C structure, in its order and under its names;
/// * `struct Name = c_name;`: known by its name only;
/// * `enum Name = c_name { Variant = C_NAME, … }`: numbered from 0, made in Rust only;
/// * `number Name = c_name { CONST = C_NAME: value, … }`: an enumeration whose values come from C;
/// * `const NAME: Type = C_NAME: value;`
macro_rules! c_types {
    ([$($done:ident)*] $(#[$m:meta])* struct $name:ident = $c:ident {
        $($(#[$fm:meta])* $field:ident: $ty:ty,)*
    } $($rest:tt)*) => {
        $(#[$m])*
        #[repr(C)]
        pub struct $name { $($(#[$fm])* pub $field: $ty,)* }
        describe! { struct $name = $c { $($field: $ty,)* } }
        c_types! { [$($done)* $name] $($rest)* }
    };
    ([$($done:ident)*] $(#[$m:meta])* struct $name:ident = $c:ident; $($rest:tt)*) => {
        $(#[$m])*
        #[repr(C)]
        pub struct $name {
            opaque: [u8; 0],
        }
        describe! { opaque $name = $c }
        c_types! { [$($done)* $name] $($rest)* }
    };
    ([$($done:ident)*] $(#[$m:meta])* enum $name:ident = $c:ident {
        $($(#[$vm:meta])* $variant:ident = $cv:ident,)*
    } $($rest:tt)*) => {
        $(#[$m])*
        #[repr(C)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name { $($(#[$vm])* $variant,)* }
        describe! { number $name = $c { $($cv: $name::$variant as u64,)* } }
        c_types! { [$($done)* $name] $($rest)* }
    };
    ([$($done:ident)*] $(#[$m:meta])* number $name:ident = $c:ident {
        $($(#[$vm:meta])* $value:ident = $cv:ident: $n:literal,)*
    } $($rest:tt)*) => {
        $(#[$m])*
        #[repr(transparent)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct $name(pub u32);
        #[allow(dead_code, reason = "all of C's numbers are here, whether Rust needs them or not")]
        impl $name {
            $($(#[$vm])* pub const $value: $name = $name($n);)*
        }
        describe! { number $name = $c { $($cv: $n as u64,)* } }
        c_types! { [$($done)* $name] $($rest)* }
    };
    ([$($done:ident)*] $(#[$m:meta])* const $name:ident: $ty:ty = $c:ident: $value:expr; $($rest:tt)*) => {
        $(#[$m])*
        pub const $name: $ty = $value;
        describe! { const $c = $name }
        c_types! { [$($done)* $c] $($rest)* }
    };
    ([$($done:ident)*]) => {
        describe_all! { $($done)* }
    };
}
