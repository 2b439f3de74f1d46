//! Unsafe inside: sizes and offsets of the interface's structs as the C compiler sees them.

use std::ffi::{CStr, c_char};

#[repr(C)]
struct CPlace {
    name: *const c_char,
    offset: usize,
    size: usize,
}

unsafe extern "C" {
    fn oct_test_place_at(index: usize) -> CPlace;
}

/// A struct, or a field of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// `struct` or `struct.field`, in C's names.
    pub name: String,
    /// Bytes from the start of the struct.
    pub offset: usize,
    /// Bytes.
    pub size: usize,
}

/// All structs and fields.
pub fn in_c() -> Vec<Place> {
    let place = |index| {
        // SAFETY: any index is allowed; behind the last, the name is null.
        let CPlace { name, offset, size } = unsafe { oct_test_place_at(index) };
        if name.is_null() {
            return None;
        }
        // SAFETY: a constant string of C, never freed.
        let name = unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned();
        Some(Place { name, offset, size })
    };
    (0..).map_while(place).collect()
}
