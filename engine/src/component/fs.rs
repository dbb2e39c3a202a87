//! `wasi:filesystem` on the embedder's files: no descriptor of the host is ever opened here.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use bytes::Bytes;
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime;
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::filesystem::types::ErrorCode;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{
    self, Advice, Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry,
    DirectoryEntryStream, MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, FsError, FsResult, InputStream, OutputStream, Pollable, StreamError,
    StreamResult,
};

use super::cli::CHUNK;
use super::errno::error_code;
use super::state::{Shared, View};
use crate::abi::hooks::{
    self, CTextBuf, Dirent, Errno, FS_READ, FS_WRITE, FileType, Open, Stat, Str, Time, TimeKind,
};

/// Most bytes of one `descriptor.read`.
const READ_MAX: u64 = 256 << 10;
/// Longest target of a symbolic link.
const LINK_MAX: usize = 4096;

/// A file of the embedder, closed when the last user is gone.
struct File {
    shared: Arc<Shared>,
    p: *mut hooks::File,
}

// SAFETY: a call and all its files stay on one thread (see `Shared`).
unsafe impl Send for File {}
// SAFETY: as above.
unsafe impl Sync for File {}

impl Drop for File {
    fn drop(&mut self) {
        if let Some(fs) = self.shared.fs() {
            // SAFETY: the hooks gave `p` out, and nobody uses it any more.
            unsafe { (fs.close)(self.p) };
        }
    }
}

impl File {
    /// Call a hook on this file.
    fn with<R>(&self, f: impl FnOnce(&hooks::Fs, *mut hooks::File) -> R) -> Result<R, ErrorCode> {
        let fs = self.shared.fs().ok_or(ErrorCode::Unsupported)?;
        Ok(f(fs, self.p))
    }

    /// Call a hook that answers an errno.
    fn check(&self, f: impl FnOnce(&hooks::Fs, *mut hooks::File) -> Errno) -> Result<(), ErrorCode> {
        check(self.with(f)?)
    }

    fn read(&self, buf: &mut [u8], off: u64) -> Result<usize, ErrorCode> {
        let mut n = 0;
        // SAFETY: the hook writes at most `buf.len()` bytes.
        self.check(|fs, f| unsafe { (fs.pread)(f, buf.as_mut_ptr().cast(), buf.len(), off, &mut n) })?;
        Ok(n.min(buf.len()))
    }

    fn write(&self, buf: &[u8], off: Option<u64>) -> Result<usize, ErrorCode> {
        let (p, len, mut n) = (buf.as_ptr().cast(), buf.len(), 0);
        // SAFETY: the hook reads `len` bytes.
        self.check(|fs, f| unsafe {
            match off {
                Some(off) => (fs.pwrite)(f, p, len, off, &mut n),
                None => (fs.append)(f, p, len, &mut n),
            }
        })?;
        Ok(n.min(len))
    }
}

/// The guest's descriptor.
struct Desc(Arc<File>);

/// A directory being read.
struct DirStream {
    dir: Arc<File>,
    cookie: u64,
}

fn check(errno: Errno) -> Result<(), ErrorCode> {
    if errno == Errno::SUCCESS { Ok(()) } else { Err(error_code(errno)) }
}

fn descriptor_type(filetype: FileType) -> DescriptorType {
    match filetype {
        FileType::BLOCK => DescriptorType::BlockDevice,
        FileType::CHAR => DescriptorType::CharacterDevice,
        FileType::DIR => DescriptorType::Directory,
        FileType::REG => DescriptorType::RegularFile,
        FileType::SYMLINK => DescriptorType::SymbolicLink,
        // Sockets too: the preview1 adapter ends a guest that meets `socket`, and Wasmtime's own host never says it.
        _ => DescriptorType::Unknown,
    }
}

fn datetime(ns: u64) -> Option<Datetime> {
    Some(Datetime { seconds: ns / 1_000_000_000, nanoseconds: (ns % 1_000_000_000) as u32 })
}

fn descriptor_stat(s: &Stat) -> DescriptorStat {
    DescriptorStat {
        type_: descriptor_type(s.r#type),
        link_count: s.nlink,
        size: s.size,
        data_access_timestamp: datetime(s.atim_ns),
        data_modification_timestamp: datetime(s.mtim_ns),
        status_change_timestamp: datetime(s.ctim_ns),
    }
}

fn metadata_hash(s: &Stat) -> MetadataHashValue {
    let half = |salt: u8| {
        let mut h = DefaultHasher::new();
        (salt, s.dev, s.ino, s.size, s.mtim_ns, s.ctim_ns).hash(&mut h);
        h.finish()
    };
    MetadataHashValue { lower: half(0), upper: half(1) }
}

fn time(t: NewTimestamp) -> Result<Time, ErrorCode> {
    Ok(match t {
        NewTimestamp::NoChange => Time { kind: TimeKind::KEEP, ns: 0 },
        NewTimestamp::Now => Time { kind: TimeKind::NOW, ns: 0 },
        NewTimestamp::Timestamp(t) => {
            let ns = t.seconds.checked_mul(1_000_000_000).and_then(|s| s.checked_add(t.nanoseconds.into()));
            Time { kind: TimeKind::SET, ns: ns.ok_or(ErrorCode::Overflow)? }
        }
    })
}

fn follow(flags: PathFlags) -> bool {
    flags.contains(PathFlags::SYMLINK_FOLLOW)
}

impl View<'_> {
    fn file(&self, d: &Resource<Descriptor>) -> wasmtime::Result<Arc<File>> {
        // Handles of this interface are always entries of ours; Wasmtime's own type only names them.
        let desc: &Desc = self.table.get(&Resource::new_borrow(d.rep()))?;
        Ok(desc.0.clone())
    }

    fn fs_file(&self, d: &Resource<Descriptor>) -> FsResult<Arc<File>> {
        self.file(d).map_err(FsError::trap)
    }

    fn push_file(&mut self, p: *mut hooks::File) -> wasmtime::Result<Resource<Descriptor>> {
        let file = Arc::new(File { shared: self.shared.clone(), p });
        let r = self.table.push(Desc(file))?;
        Ok(Resource::new_own(r.rep()))
    }
}

impl preopens::Host for View<'_> {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let shared = self.shared.clone();
        let Some(fs) = shared.fs() else { return Ok(Vec::new()) };
        let mut list = Vec::new();
        // SAFETY: hooks of the call; the path is borrowed only while it is copied.
        unsafe {
            for i in 0..(fs.preopen_count)(shared.ctx()) {
                let mut p = std::ptr::null_mut();
                if (fs.preopen)(shared.ctx(), i, &mut p) == Errno::SUCCESS {
                    let path = (fs.preopen_path)(shared.ctx(), i).to_text();
                    list.push((self.push_file(p)?, path));
                }
            }
        }
        Ok(list)
    }
}

impl types::Host for View<'_> {
    fn convert_error_code(&mut self, err: FsError) -> wasmtime::Result<types::ErrorCode> {
        Ok(err.downcast()?.into())
    }

    fn filesystem_error_code(
        &mut self,
        err: Resource<wasmtime_wasi::p2::IoError>,
    ) -> wasmtime::Result<Option<types::ErrorCode>> {
        let err = self.table.get(&err)?;
        Ok(err.downcast_ref::<ErrorCode>().map(|e| (*e).into()))
    }
}

impl types::HostDescriptor for View<'_> {
    fn read_via_stream(
        &mut self,
        d: Resource<Descriptor>,
        offset: u64,
    ) -> FsResult<Resource<DynInputStream>> {
        let file = self.fs_file(&d)?;
        let s: DynInputStream = Box::new(Input { file, offset, closed: false });
        Ok(self.table.push(s)?)
    }

    fn write_via_stream(
        &mut self,
        d: Resource<Descriptor>,
        offset: u64,
    ) -> FsResult<Resource<DynOutputStream>> {
        let file = self.fs_file(&d)?;
        let s: DynOutputStream = Box::new(Output { file, offset: Some(offset), closed: false });
        Ok(self.table.push(s)?)
    }

    fn append_via_stream(&mut self, d: Resource<Descriptor>) -> FsResult<Resource<DynOutputStream>> {
        let file = self.fs_file(&d)?;
        let s: DynOutputStream = Box::new(Output { file, offset: None, closed: false });
        Ok(self.table.push(s)?)
    }

    fn advise(&mut self, d: Resource<Descriptor>, offset: u64, len: u64, advice: Advice) -> FsResult<()> {
        let advice = match advice {
            Advice::Normal => 0,
            Advice::Sequential => 1,
            Advice::Random => 2,
            Advice::WillNeed => 3,
            Advice::DontNeed => 4,
            Advice::NoReuse => 5,
        };
        // SAFETY: a hook of the call on a file of the call, as everywhere below.
        Ok(self.fs_file(&d)?.check(|fs, f| unsafe { (fs.advise)(f, offset, len, advice) })?)
    }

    fn sync_data(&mut self, d: Resource<Descriptor>) -> FsResult<()> {
        // SAFETY: see `advise`.
        Ok(self.fs_file(&d)?.check(|fs, f| unsafe { (fs.sync)(f, true) })?)
    }

    fn sync(&mut self, d: Resource<Descriptor>) -> FsResult<()> {
        // SAFETY: see `advise`.
        Ok(self.fs_file(&d)?.check(|fs, f| unsafe { (fs.sync)(f, false) })?)
    }

    fn get_flags(&mut self, d: Resource<Descriptor>) -> FsResult<DescriptorFlags> {
        // SAFETY: see `advise`.
        let (is_dir, rights, flags) = self.fs_file(&d)?.with(|fs, f| unsafe {
            let is_dir = (fs.r#type)(f) == FileType::DIR;
            (is_dir, if is_dir { (fs.grant_rights)(f) } else { (fs.rights)(f) }, (fs.flags)(f))
        })?;
        let write = if is_dir { DescriptorFlags::MUTATE_DIRECTORY } else { DescriptorFlags::WRITE };
        let mut r = DescriptorFlags::empty();
        for (on, flag) in [
            (rights & FS_READ != 0, DescriptorFlags::READ),
            (rights & FS_WRITE != 0, write),
            (flags.sync, DescriptorFlags::FILE_INTEGRITY_SYNC),
            (flags.dsync, DescriptorFlags::DATA_INTEGRITY_SYNC),
            (flags.rsync, DescriptorFlags::REQUESTED_WRITE_SYNC),
        ] {
            if on {
                r |= flag;
            }
        }
        Ok(r)
    }

    fn get_type(&mut self, d: Resource<Descriptor>) -> FsResult<DescriptorType> {
        // SAFETY: see `advise`.
        Ok(descriptor_type(self.fs_file(&d)?.with(|fs, f| unsafe { (fs.r#type)(f) })?))
    }

    fn set_size(&mut self, d: Resource<Descriptor>, size: u64) -> FsResult<()> {
        // SAFETY: see `advise`.
        Ok(self.fs_file(&d)?.check(|fs, f| unsafe { (fs.set_size)(f, size) })?)
    }

    fn set_times(&mut self, d: Resource<Descriptor>, a: NewTimestamp, m: NewTimestamp) -> FsResult<()> {
        let (a, m) = (time(a)?, time(m)?);
        // SAFETY: see `advise`.
        Ok(self.fs_file(&d)?.check(|fs, f| unsafe { (fs.set_times)(f, a, m) })?)
    }

    fn read(&mut self, d: Resource<Descriptor>, len: u64, offset: u64) -> FsResult<(Vec<u8>, bool)> {
        let mut buf = vec![0; len.min(READ_MAX) as usize];
        let n = self.fs_file(&d)?.read(&mut buf, offset)?;
        buf.truncate(n);
        Ok((buf, n == 0))
    }

    fn write(&mut self, d: Resource<Descriptor>, buf: Vec<u8>, offset: u64) -> FsResult<u64> {
        Ok(self.fs_file(&d)?.write(&buf, Some(offset))? as u64)
    }

    fn read_directory(&mut self, d: Resource<Descriptor>) -> FsResult<Resource<DirectoryEntryStream>> {
        let dir = self.fs_file(&d)?;
        // SAFETY: see `advise`.
        if dir.with(|fs, f| unsafe { (fs.r#type)(f) })? != FileType::DIR {
            return Err(ErrorCode::NotDirectory.into());
        }
        let r = self.table.push(DirStream { dir, cookie: 0 })?;
        Ok(Resource::new_own(r.rep()))
    }

    fn create_directory_at(&mut self, d: Resource<Descriptor>, path: String) -> FsResult<()> {
        // SAFETY: see `advise`.
        Ok(self.fs_file(&d)?.check(|fs, f| unsafe { (fs.mkdir_at)(f, Str::of(&path)) })?)
    }

    fn stat(&mut self, d: Resource<Descriptor>) -> FsResult<DescriptorStat> {
        let mut s = Stat::default();
        // SAFETY: see `advise`.
        self.fs_file(&d)?.check(|fs, f| unsafe { (fs.stat)(f, &mut s) })?;
        Ok(descriptor_stat(&s))
    }

    fn stat_at(
        &mut self,
        d: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        let mut s = Stat::default();
        // SAFETY: see `advise`.
        self.fs_file(&d)?.check(|fs, f| unsafe { (fs.stat_at)(f, Str::of(&path), follow(flags), &mut s) })?;
        Ok(descriptor_stat(&s))
    }

    fn set_times_at(
        &mut self,
        d: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
        a: NewTimestamp,
        m: NewTimestamp,
    ) -> FsResult<()> {
        let (a, m, path) = (time(a)?, time(m)?, Str::of(&path));
        // SAFETY: see `advise`.
        Ok(self.fs_file(&d)?.check(|fs, f| unsafe { (fs.set_times_at)(f, path, follow(flags), a, m) })?)
    }

    fn link_at(
        &mut self,
        d: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
        new: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        let new = self.fs_file(&new)?;
        // SAFETY: see `advise`.
        Ok(self.fs_file(&d)?.check(|fs, f| unsafe {
            (fs.link_at)(f, Str::of(&path), follow(flags), new.p, Str::of(&new_path))
        })?)
    }

    fn open_at(
        &mut self,
        d: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Resource<Descriptor>> {
        let how = Open {
            read: flags.contains(DescriptorFlags::READ),
            write: flags.contains(DescriptorFlags::WRITE),
            create: open.contains(OpenFlags::CREATE),
            exclusive: open.contains(OpenFlags::EXCLUSIVE),
            truncate: open.contains(OpenFlags::TRUNCATE),
            directory: open.contains(OpenFlags::DIRECTORY),
            follow: path_flags.contains(PathFlags::SYMLINK_FOLLOW),
            append: false,
            nonblock: false,
            dsync: flags.contains(DescriptorFlags::DATA_INTEGRITY_SYNC),
            rsync: flags.contains(DescriptorFlags::REQUESTED_WRITE_SYNC),
            sync: flags.contains(DescriptorFlags::FILE_INTEGRITY_SYNC),
        };
        let mut p = std::ptr::null_mut();
        // SAFETY: see `advise`.
        self.fs_file(&d)?.check(|fs, f| unsafe { (fs.open)(f, Str::of(&path), &how, &mut p) })?;
        self.push_file(p).map_err(FsError::trap)
    }

    fn readlink_at(&mut self, d: Resource<Descriptor>, path: String) -> FsResult<String> {
        let (mut buf, mut n) = (vec![0u8; LINK_MAX], 0);
        // SAFETY: the hook writes at most `LINK_MAX` bytes.
        self.fs_file(&d)?.check(|fs, f| unsafe {
            (fs.readlink_at)(f, Str::of(&path), CTextBuf(buf.as_mut_ptr()), LINK_MAX, &mut n)
        })?;
        buf.truncate(n);
        String::from_utf8(buf).map_err(|_| ErrorCode::IllegalByteSequence.into())
    }

    fn remove_directory_at(&mut self, d: Resource<Descriptor>, path: String) -> FsResult<()> {
        // SAFETY: see `advise`.
        Ok(self.fs_file(&d)?.check(|fs, f| unsafe { (fs.rmdir_at)(f, Str::of(&path)) })?)
    }

    fn rename_at(
        &mut self,
        d: Resource<Descriptor>,
        path: String,
        new: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        let new = self.fs_file(&new)?;
        // SAFETY: see `advise`.
        Ok(self
            .fs_file(&d)?
            .check(|fs, f| unsafe { (fs.rename_at)(f, Str::of(&path), new.p, Str::of(&new_path)) })?)
    }

    fn symlink_at(&mut self, d: Resource<Descriptor>, target: String, path: String) -> FsResult<()> {
        // SAFETY: see `advise`.
        Ok(self
            .fs_file(&d)?
            .check(|fs, f| unsafe { (fs.symlink_at)(Str::of(&target), f, Str::of(&path)) })?)
    }

    fn unlink_file_at(&mut self, d: Resource<Descriptor>, path: String) -> FsResult<()> {
        // SAFETY: see `advise`.
        Ok(self.fs_file(&d)?.check(|fs, f| unsafe { (fs.unlink_at)(f, Str::of(&path)) })?)
    }

    fn is_same_object(&mut self, a: Resource<Descriptor>, b: Resource<Descriptor>) -> wasmtime::Result<bool> {
        let (a, b) = (self.file(&a)?, self.file(&b)?);
        // SAFETY: see `advise`.
        Ok(a.with(|fs, f| unsafe { (fs.is_same)(f, b.p) }).is_ok_and(|same| same))
    }

    fn metadata_hash(&mut self, d: Resource<Descriptor>) -> FsResult<MetadataHashValue> {
        let mut s = Stat::default();
        // SAFETY: see `advise`.
        self.fs_file(&d)?.check(|fs, f| unsafe { (fs.stat)(f, &mut s) })?;
        Ok(metadata_hash(&s))
    }

    fn metadata_hash_at(
        &mut self,
        d: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        let mut s = Stat::default();
        // SAFETY: see `advise`.
        self.fs_file(&d)?.check(|fs, f| unsafe { (fs.stat_at)(f, Str::of(&path), follow(flags), &mut s) })?;
        Ok(metadata_hash(&s))
    }

    fn drop(&mut self, d: Resource<Descriptor>) -> wasmtime::Result<()> {
        self.table.delete(Resource::<Desc>::new_own(d.rep()))?;
        Ok(())
    }
}

impl types::HostDirectoryEntryStream for View<'_> {
    fn read_directory_entry(
        &mut self,
        s: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<DirectoryEntry>> {
        let s: &mut DirStream = self.table.get_mut(&Resource::new_borrow(s.rep()))?;
        loop {
            let mut e = Dirent { next: 0, ino: 0, r#type: FileType::UNKNOWN, name: Str::of("") };
            let mut more = false;
            // SAFETY: see `advise`.
            s.dir.check(|fs, f| unsafe { (fs.readdir)(f, s.cookie, &mut e, &mut more) })?;
            if !more {
                return Ok(None);
            }
            s.cookie = e.next;
            // SAFETY: the name is borrowed until the next call on this directory; it is copied at once.
            let name = unsafe { e.name.bytes() }.to_vec();
            if name == b"." || name == b".." {
                continue;
            }
            let name = String::from_utf8(name).map_err(|_| ErrorCode::IllegalByteSequence)?;
            return Ok(Some(DirectoryEntry { type_: descriptor_type(e.r#type), name }));
        }
    }

    fn drop(&mut self, s: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        self.table.delete(Resource::<DirStream>::new_own(s.rep()))?;
        Ok(())
    }
}

// ---- streams: files are read and written at once, so they are always ready ------------------------------------------

struct Input {
    file: Arc<File>,
    offset: u64,
    closed: bool,
}

#[wasmtime_wasi::async_trait]
impl InputStream for Input {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if self.closed {
            return Err(StreamError::Closed);
        }
        if size == 0 {
            return Ok(Bytes::new());
        }
        let mut buf = vec![0; size.min(CHUNK)];
        match self.file.read(&mut buf, self.offset) {
            Ok(0) => {
                self.closed = true;
                Err(StreamError::Closed)
            }
            Ok(n) => {
                self.offset += n as u64;
                buf.truncate(n);
                Ok(buf.into())
            }
            Err(e) => {
                self.closed = true;
                Err(StreamError::LastOperationFailed(e.into()))
            }
        }
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Input {
    async fn ready(&mut self) {}
}

struct Output {
    file: Arc<File>,
    /// `None`: at the end of the file.
    offset: Option<u64>,
    closed: bool,
}

#[wasmtime_wasi::async_trait]
impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut rest = &bytes[..];
        while !self.closed && !rest.is_empty() {
            match self.file.write(rest, self.offset) {
                Ok(n) if n > 0 => {
                    rest = &rest[n..];
                    self.offset = self.offset.map(|o| o.saturating_add(n as u64));
                }
                r => {
                    self.closed = true;
                    let e = r.err().unwrap_or(ErrorCode::Io);
                    return Err(StreamError::LastOperationFailed(e.into()));
                }
            }
        }
        if self.closed { Err(StreamError::Closed) } else { Ok(()) }
    }

    fn flush(&mut self) -> StreamResult<()> {
        if self.closed { Err(StreamError::Closed) } else { Ok(()) }
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        if self.closed { Err(StreamError::Closed) } else { Ok(CHUNK) }
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}
