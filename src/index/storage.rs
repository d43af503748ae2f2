//! Values on disk. They are read through a bounded cache, written in batches, and
//! each is wrapped in an envelope with a checksum.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use zstd::bulk::Decompressor;

use super::IndexError;
use super::envelope::{Compression, Sealer, open_envelope, seal_envelope};
use super::error::damaged;
use super::layout::{DICTIONARY, PartKey, PartKind};
use super::ordered_map::{OrderedMap, WriteBatch};

/// The default size of the cache of unpacked parts, in bytes.
pub const DEFAULT_CACHE: u64 = 64 << 20;

/// A batch is written when it has grown to this many bytes.
const BATCH: usize = 1 << 20;

/// The compression dictionary is trained on the first segment with at least this
/// many blocks.
const TRAINING_BLOCKS: usize = 64;
const DICTIONARY_SIZE: usize = 8 << 10;

/// Weighs cached parts by their size.
#[derive(Clone)]
struct WeighByBytes;

impl Weighter<PartKey, Arc<[u8]>> for WeighByBytes {
    fn weight(&self, _: &PartKey, value: &Arc<[u8]>) -> u64 {
        value.len() as u64 + 64
    }
}

/// The ordered map, with a cache of unpacked parts above it.
pub(super) struct Storage {
    pub map: OrderedMap,
    cache: Cache<PartKey, Arc<[u8]>, WeighByBytes>,
    dictionary: OnceLock<Vec<u8>>,
    /// Idle decompressors, since they cost more to create than to use.
    plain: Mutex<Vec<Decompressor<'static>>>,
    trained: Mutex<Vec<Decompressor<'static>>>,
}

impl Storage {
    pub(super) fn new(map: OrderedMap, cache: u64) -> Self {
        let items = usize::try_from(cache / 2048).unwrap_or(usize::MAX).max(16);
        Self {
            map,
            cache: Cache::with_weighter(items, cache, WeighByBytes),
            dictionary: OnceLock::new(),
            plain: Mutex::default(),
            trained: Mutex::default(),
        }
    }

    /// A part of a segment, which must have the checksum that the directory gives.
    pub(super) fn part(&self, key: PartKey, checksum: u32) -> Result<Arc<[u8]>, IndexError> {
        if let Some(bytes) = self.cache.get(&key) {
            return Ok(bytes);
        }
        let bytes: Arc<[u8]> = self.read(&key.bytes(), checksum)?.into();
        self.cache.insert(key, bytes.clone());
        Ok(bytes)
    }

    /// Reads a value without the cache.
    pub(super) fn read(&self, key: &[u8], checksum: u32) -> Result<Vec<u8>, IndexError> {
        let (bytes, found) = self.read_any(key)?.ok_or_else(|| damaged(format_args!("{key:02x?} is missing")))?;
        if found != checksum {
            return Err(damaged(format_args!("{key:02x?} belongs to another state")));
        }
        Ok(bytes)
    }

    /// Reads a value whose checksum is not known, together with its checksum.
    pub(super) fn read_any(&self, key: &[u8]) -> Result<Option<(Vec<u8>, u32)>, IndexError> {
        let Some(sealed) = self.map.get(key)? else {
            return Ok(None);
        };
        let opened = open_envelope(key, &sealed)?;
        let bytes = match opened.compression {
            Compression::None => opened.payload.to_vec(),
            Compression::Plain => Self::unpack(&self.plain, &[], opened.payload, opened.length)?,
            Compression::Trained => {
                let dictionary = self.dictionary().ok_or_else(|| damaged("the compression dictionary is missing"))?;
                Self::unpack(&self.trained, dictionary, opened.payload, opened.length)?
            }
        };
        if bytes.len() != opened.length {
            return Err(damaged(format_args!("{key:02x?} does not have the length that it should have")));
        }
        Ok(Some((bytes, opened.checksum)))
    }

    fn unpack(
        pool: &Mutex<Vec<Decompressor<'static>>>,
        dictionary: &[u8],
        packed: &[u8],
        length: usize,
    ) -> Result<Vec<u8>, IndexError> {
        let idle = pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut decompressor = match idle {
            Some(decompressor) => decompressor,
            None => Decompressor::with_dictionary(dictionary).map_err(damaged)?,
        };
        let bytes = decompressor.decompress(packed, length).map_err(damaged)?;
        pool.lock().unwrap_or_else(PoisonError::into_inner).push(decompressor);
        Ok(bytes)
    }

    /// The compression dictionary, once there is one.
    pub(super) fn dictionary(&self) -> Option<&[u8]> {
        self.dictionary.get().map(Vec::as_slice)
    }

    /// Sets the compression dictionary, unless there is one.
    pub(super) fn set_dictionary(&self, dictionary: Vec<u8>) {
        self.dictionary.get_or_init(|| dictionary);
    }
}

/// Writes the parts of one segment.
pub(super) struct PartWriter {
    storage: Arc<Storage>,
    segment: u32,
    packer: Sealer,
    batch: WriteBatch,
}

impl PartWriter {
    /// Starts a segment. If there is no compression dictionary and there are enough
    /// blocks, one is trained on them.
    pub(super) fn new(storage: &Arc<Storage>, segment: u32, blocks: &[Vec<u8>]) -> Result<Self, IndexError> {
        let mut batch = WriteBatch::default();
        if storage.dictionary().is_none()
            && blocks.len() >= TRAINING_BLOCKS
            // Training fails if the blocks are too similar; a dictionary would be of no
            // use then.
            && let Ok(dictionary) = zstd::dict::from_samples(blocks, DICTIONARY_SIZE)
        {
            batch.insert(&DICTIONARY, seal_envelope(&DICTIONARY, Compression::None, dictionary.len(), &dictionary).0);
            storage.set_dictionary(dictionary);
        }
        Ok(Self { storage: storage.clone(), segment, packer: Sealer::new(storage.dictionary())?, batch })
    }

    /// Writes a part and returns its checksum.
    pub(super) fn put(&mut self, part: PartKind, field: u16, chunk: u32, raw: &[u8]) -> Result<u32, IndexError> {
        let key = PartKey { segment: self.segment, part, field, chunk }.bytes();
        let (sealed, checksum) = match part {
            PartKind::Blocks => self.packer.seal(&key, raw, true),
            PartKind::Texts | PartKind::Terms | PartKind::Ids | PartKind::Directory => {
                self.packer.seal(&key, raw, false)
            }
            // These are packed numbers or hashes, which do not compress.
            _ => seal_envelope(&key, Compression::None, raw.len(), raw),
        };
        self.batch.insert(&key, sealed);
        if self.batch.size() >= BATCH {
            self.storage.map.apply(std::mem::take(&mut self.batch))?;
        }
        Ok(checksum)
    }

    /// Writes the last batch.
    pub(super) fn finish(self) -> Result<(), IndexError> {
        self.storage.map.apply(self.batch)
    }
}
