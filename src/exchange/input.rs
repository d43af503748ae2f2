//! Where records come from: a file or a stream, unpacked. Owns compression,
//! the byte-order mark and the count of bytes; it knows no records.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::ExchangeError;
use super::plain::sanitize;

/// How records are written in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InputFormat {
    /// One JSON object a line.
    JsonLines,
    /// A header and rows of cells.
    Csv,
}

impl InputFormat {
    /// Every ending of file names with its format; the first of each is also
    /// the format's name.
    pub const ENDINGS: [(&'static str, Self); 4] =
        [("jsonl", Self::JsonLines), ("csv", Self::Csv), ("ndjson", Self::JsonLines), ("json", Self::JsonLines)];

    /// The format of a name or an ending, such as `csv`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ENDINGS.iter().find(|(ending, _)| ending.eq_ignore_ascii_case(name)).map(|(_, format)| *format)
    }

    /// The format that a file's name tells, below the ending of its packing.
    fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        if ["zst", "zstd", "gz"].iter().any(|packing| packing.eq_ignore_ascii_case(ending)) {
            return Self::of(Path::new(path.file_stem()?));
        }
        Self::named(ending)
    }
}

/// How much of an input has been read, for another thread to look at.
#[derive(Debug, Clone)]
pub struct Progress {
    read: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Progress {
    /// How many bytes of the input, as it is packed, have been read.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// That of inputs of which nobody knows how large they are together.
    pub(super) fn unknown() -> Self {
        Self { read: Arc::default(), total: None }
    }

    /// How many bytes it has, packed; unknown for a stream.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }
}

/// The unpacked bytes of a file or a stream.
pub struct Input {
    name: Arc<str>,
    format: Option<InputFormat>,
    progress: Progress,
    bytes: BufReader<Box<dyn Read + Send>>,
}

/// How many bytes are unpacked at a time.
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
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
            }
            let total = metadata.is_file().then_some(metadata.len());
            Ok((file, total))
        };
        match open() {
            Ok((file, total)) => Self::new(name, InputFormat::of(path), total, Box::new(file)),
            Err(cause) => Err(ExchangeError::Open { name, cause }),
        }
    }

    /// Takes a stream; messages call it by the name, which also tells the
    /// format if it ends like a file's.
    ///
    /// # Errors
    ///
    /// If its first bytes cannot be read, or its compression is broken from the start.
    pub fn from_reader(name: &str, reader: impl Read + Send + 'static) -> Result<Self, ExchangeError> {
        Self::new(sanitize(name).into(), InputFormat::of(Path::new(name)), None, Box::new(reader))
    }

    fn new(
        name: Arc<str>,
        format: Option<InputFormat>,
        total: Option<u64>,
        packed: Box<dyn Read + Send>,
    ) -> Result<Self, ExchangeError> {
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: packed, read: Arc::clone(&read) };
        match unpacked(counted).and_then(without_mark) {
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

    /// How much of it has been read; keeps up while it is read elsewhere.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    pub(super) fn bytes(&mut self) -> &mut BufReader<Box<dyn Read + Send>> {
        &mut self.bytes
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

/// The first bytes of a stream, fewer only where it is shorter, and the stream from its start.
fn peek<R: Read + Send + 'static>(mut stream: R, length: u64) -> io::Result<(Vec<u8>, impl Read + Send + 'static)> {
    let mut head = Vec::new();
    stream.by_ref().take(length).read_to_end(&mut head)?;
    Ok((head.clone(), io::Cursor::new(head).chain(stream)))
}

/// Unpacks what the first bytes say is packed, so that a stream needs no name.
fn unpacked(packed: Counted) -> io::Result<Box<dyn Read + Send>> {
    let (head, packed) = peek(packed, 4)?;
    let packed = BufReader::with_capacity(BUFFER, packed);
    Ok(match head.as_slice() {
        // A frame, or the skippable frame that parallel packers put before it.
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
