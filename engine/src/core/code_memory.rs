//! Making code executable: Wasmtime does so for memory it mapped itself, and leaves memory of others to its embedder.

use wasmtime::CustomCodeMemory;

/// Bytes of a page.
pub fn page_size() -> usize {
    // SAFETY: asks for a constant.
    let n = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(n).unwrap_or(65536)
}

/// Executable and not writable, for the memory of all modules: Wasmtime's own, and code that is part of the program.
pub struct ReadExecute;

impl ReadExecute {
    /// Whether the right is all there is to it: other architectures want instruction caches told as well, which Wasmtime
    /// does for memory of its own.
    pub const IS_ENOUGH: bool = cfg!(target_arch = "x86_64");
}

impl CustomCodeMemory for ReadExecute {
    fn required_alignment(&self) -> usize {
        page_size()
    }

    fn publish_executable(&self, ptr: *const u8, len: usize) -> wasmtime::Result<()> {
        // SAFETY: the text of a module, whole pages that nobody writes any more.
        if unsafe { libc::mprotect(ptr.cast_mut().cast(), len, libc::PROT_READ | libc::PROT_EXEC) } != 0 {
            let why = std::io::Error::last_os_error();
            return Err(wasmtime::Error::msg(format!("cannot make code executable: {why}")));
        }
        Ok(())
    }

    /// Nothing: memory of Wasmtime is unmapped next, and code of the program stays what it is.  A failure would be a
    /// panic there, and taking the right back can fail where there are too many mappings.
    fn unpublish_executable(&self, _: *const u8, _: usize) -> wasmtime::Result<()> {
        Ok(())
    }
}
