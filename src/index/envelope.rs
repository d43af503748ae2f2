//! The envelope around every stored value: format, compression, length and a
//! checksum that also covers the key. It knows nothing of what is inside.

use zstd::bulk::Compressor;

use super::IndexError;
use super::codec::{ByteReader, LONGEST};
use super::error::damaged;

/// The format version of the envelope and of everything in it.
pub(super) const FORMAT: u8 = 4;

const ENVELOPE: usize = 10;

/// The compression of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    /// Stored as it is.
    None = 0,
    /// Compressed by zstd.
    Plain = 1,
    /// Compressed by zstd with the dictionary of the index.
    Trained = 2,
}

/// An envelope whose checksum was verified.
pub(super) struct Envelope<'a> {
    pub compression: Compression,
    pub length: usize,
    pub checksum: u32,
    pub payload: &'a [u8],
}

/// Wraps a payload in an envelope, and returns it with its checksum, which covers
/// the key and everything but itself.
///
/// ```text
/// format:u8 compression:u8 checksum:u32le length:u32le payload
/// ```
pub(super) fn seal_envelope(key: &[u8], compression: Compression, length: usize, payload: &[u8]) -> (Vec<u8>, u32) {
    let mut sealed = Vec::with_capacity(ENVELOPE + payload.len());
    sealed.extend_from_slice(&[FORMAT, compression as u8, 0, 0, 0, 0]);
    sealed.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    sealed.extend_from_slice(payload);
    let checksum = checksum(key, &sealed);
    sealed[2..6].copy_from_slice(&checksum.to_le_bytes());
    (sealed, checksum)
}

fn checksum(key: &[u8], sealed: &[u8]) -> u32 {
    let head = crc32c::crc32c_append(crc32c::crc32c(key), sealed.get(..2).unwrap_or_default());
    crc32c::crc32c_append(head, sealed.get(6..).unwrap_or_default())
}

/// Opens an envelope after verifying its checksum.
pub(super) fn open_envelope<'a>(key: &[u8], sealed: &'a [u8]) -> Result<Envelope<'a>, IndexError> {
    let mut reader = ByteReader(sealed);
    let (format, compression) = (reader.byte()?, reader.byte()?);
    let (stated, length) = (reader.fixed_u32()?, reader.fixed_u32()? as usize);
    if stated != checksum(key, sealed) {
        return Err(damaged("a checksum does not match"));
    }
    if format != FORMAT {
        return Err(IndexError::OtherFormat { found: format, read: FORMAT });
    }
    let compression = match compression {
        0 => Compression::None,
        1 => Compression::Plain,
        2 => Compression::Trained,
        _ => return Err(damaged("a value has an unknown compression")),
    };
    if length > LONGEST {
        return Err(damaged("a value is too long"));
    }
    Ok(Envelope { compression, length, checksum: stated, payload: reader.0 })
}

/// Compresses values, with the dictionary of the index if there is one.
pub(super) struct Sealer {
    plain: Compressor<'static>,
    trained: Option<Compressor<'static>>,
}

/// The fastest level of zstd. Higher levels take twice the time and save a tenth
/// of the space.
const LEVEL: i32 = 1;

impl Sealer {
    pub(super) fn new(dictionary: Option<&[u8]>) -> Result<Self, IndexError> {
        let failed = |error: std::io::Error| IndexError::Io(error.to_string());
        Ok(Self {
            plain: Compressor::new(LEVEL).map_err(failed)?,
            trained: dictionary
                .map(|dictionary| Compressor::with_dictionary(LEVEL, dictionary))
                .transpose()
                .map_err(failed)?,
        })
    }

    /// Wraps a value in an envelope, compressed if that makes it smaller.
    pub(super) fn seal(&mut self, key: &[u8], raw: &[u8], trained: bool) -> (Vec<u8>, u32) {
        let (compression, compressor) = match (&mut self.trained, trained) {
            (Some(compressor), true) => (Compression::Trained, compressor),
            _ => (Compression::Plain, &mut self.plain),
        };
        match compressor.compress(raw) {
            Ok(packed) if packed.len() < raw.len() => seal_envelope(key, compression, raw.len(), &packed),
            _ => seal_envelope(key, Compression::None, raw.len(), raw),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_flipped_bit_is_seen(value in proptest::collection::vec(any::<u8>(), 0..60), at in any::<prop::sample::Index>(), bit in 0..8) {
            let (mut sealed, _) = seal_envelope(b"key", Compression::None, value.len(), &value);
            prop_assert_eq!(open_envelope(b"key", &sealed).unwrap().payload, value);
            prop_assert!(open_envelope(b"other", &sealed).is_err());
            let at = at.index(sealed.len());
            sealed[at] ^= 1_u8 << bit;
            prop_assert!(open_envelope(b"key", &sealed).is_err());
        }
    }
}
