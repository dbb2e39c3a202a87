//! The error numbers, from the tables that C reads too.

use super::hooks::{Errno, HttpError};

include!(concat!(env!("OUT_DIR"), "/numbers.rs"));
