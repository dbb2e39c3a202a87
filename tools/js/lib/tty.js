const { fs } = internal;

exports.isatty = (fd) => {
  if (!Number.isInteger(fd) || fd < 0)
    return false;
  try {
    return (fs.fstat(fd)[1] & 0o170000) === 0o020000;
  } catch {
    return false;
  }
};
exports.ReadStream = class ReadStream {};
exports.WriteStream = class WriteStream {};
