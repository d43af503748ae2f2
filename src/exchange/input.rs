//! Where records come from: a file or a stream, decompressed. Owns compression,
//! the byte-order mark and the count of bytes, and knows nothing of records.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::ExchangeError;
use super::plain::sanitize;

/// How records are written in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputFormat {
    /// One JSON object per line.
    JsonLines,
    /// A header and rows of cells, with commas between them.
    Csv,
    /// The same with tabs between the cells.
    Tsv,
}

impl InputFormat {
    /// The extensions of file names with their formats; the first of each format
    /// is also its name.
    pub const ENDINGS: [(&'static str, Self); 6] = [
        ("jsonl", Self::JsonLines),
        ("csv", Self::Csv),
        ("tsv", Self::Tsv),
        ("ndjson", Self::JsonLines),
        ("json", Self::JsonLines),
        ("tab", Self::Tsv),
    ];

    /// The byte between two cells of a table; that of CSV if it has no cells.
    pub(super) fn separator(self) -> u8 {
        if self == Self::Tsv { b'\t' } else { b',' }
    }

    /// The format of a name or an extension, such as `csv`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ENDINGS.iter().find(|(ending, _)| ending.eq_ignore_ascii_case(name)).map(|(_, format)| *format)
    }

    /// The format that the name of a file tells, below the extension of its compression.
    fn of_file(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        if ["zst", "zstd", "gz"].iter().any(|packing| packing.eq_ignore_ascii_case(ending)) {
            return Self::of_file(Path::new(path.file_stem()?));
        }
        Self::named(ending)
    }
}

/// How much of an input has been read, which another thread may look at.
#[derive(Debug, Clone)]
pub struct Progress {
    read: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Progress {
    /// How many bytes of the input have been read, as they are in the file:
    /// compressed, if it is.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// The progress of several inputs, whose size as a whole is unknown.
    pub(super) fn unknown() -> Self {
        Self { read: Arc::default(), total: None }
    }

    /// The size of the file in bytes; none for a stream.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }
}

/// The decompressed bytes of a file or a stream.
///
/// Compression by Zstandard or gzip is recognized by the first bytes.
pub struct Input {
    name: Arc<str>,
    format: Option<InputFormat>,
    progress: Progress,
    bytes: BufReader<Box<dyn Read + Send>>,
}

/// How many bytes are decompressed at a time.
const BUFFER: usize = 128 << 10;

impl Input {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// If it cannot be opened, or its compression is broken from the start.
    pub fn open(path: &Path) -> Result<Self, ExchangeError> {
        let name: Arc<str> = sanitize(&path.to_string_lossy()).into();
        let open = || {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            if metadata.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            let total = metadata.is_file().then_some(metadata.len());
            Ok((file, total))
        };
        match open() {
            Ok((file, total)) => Self::new(name, InputFormat::of_file(path), total, Box::new(file)),
            Err(cause) => Err(ExchangeError::Open { name, cause }),
        }
    }

    /// Takes a stream. Messages call it by the name, whose extension also tells
    /// the format.
    ///
    /// # Errors
    ///
    /// If its first bytes cannot be read, or its compression is broken from the start.
    pub fn from_reader(name: &str, reader: impl Read + Send + 'static) -> Result<Self, ExchangeError> {
        Self::new(sanitize(name).into(), InputFormat::of_file(Path::new(name)), None, Box::new(reader))
    }

    fn new(
        name: Arc<str>,
        format: Option<InputFormat>,
        total: Option<u64>,
        packed: Box<dyn Read + Send>,
    ) -> Result<Self, ExchangeError> {
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: packed, read: Arc::clone(&read) };
        match decompressed(counted).and_then(without_mark) {
            Ok(bytes) => Ok(Self {
                name,
                format,
                progress: Progress { read, total },
                bytes: BufReader::with_capacity(BUFFER, bytes),
            }),
            Err(cause) => Err(ExchangeError::Read { name, line: 0, cause }),
        }
    }

    /// What messages call it.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The format, if its name tells.
    #[must_use]
    pub fn format(&self) -> Option<InputFormat> {
        self.format
    }

    /// With a format, whatever its name tells.
    #[must_use]
    pub fn with_format(self, format: InputFormat) -> Self {
        Self { format: Some(format), ..self }
    }

    /// The byte between two cells, as its format has it.
    pub(super) fn separator(&self) -> u8 {
        self.format.unwrap_or(InputFormat::Csv).separator()
    }

    /// How much of it has been read; stays current while it is read elsewhere.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    pub(super) fn bytes(&mut self) -> &mut BufReader<Box<dyn Read + Send>> {
        &mut self.bytes
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).field("format", &self.format).finish_non_exhaustive()
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(buffer)
    }
}

/// Counts what is read through it.
struct Counted {
    inner: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

/// The first bytes of a stream, fewer only if it is shorter, and the stream from its start.
fn peek<R: Read + Send + 'static>(mut stream: R, length: u64) -> io::Result<(Vec<u8>, impl Read + Send + 'static)> {
    let mut head = Vec::new();
    stream.by_ref().take(length).read_to_end(&mut head)?;
    Ok((head.clone(), io::Cursor::new(head).chain(stream)))
}

/// Decompresses what the first bytes say is compressed, so that a stream needs no name.
fn decompressed(packed: Counted) -> io::Result<Box<dyn Read + Send>> {
    let (head, packed) = peek(packed, 4)?;
    let packed = BufReader::with_capacity(BUFFER, packed);
    Ok(match head.as_slice() {
        // A frame, or the skippable frame that parallel compressors put before it.
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Box::new(zstd::Decoder::with_buffer(packed)?),
        [0x1f, 0x8b, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
        _ => Box::new(packed),
    })
}

/// Drops a UTF-8 byte-order mark at the very start.
fn without_mark(bytes: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let (head, mut bytes) = peek(bytes, 3)?;
    if head == [0xef, 0xbb, 0xbf] {
        bytes.read_exact(&mut [0; 3])?;
    }
    Ok(Box::new(bytes))
}
