//! Bytes: checked reading, variable-length and bit-packed numbers, the
//! envelope of every stored value, and bincode. It knows no key and no part.

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use zstd::bulk::Compressor;

use super::IndexError;
use super::error::damaged;

/// The version of the envelope, and of everything within.
pub(super) const FORMAT: u8 = 1;

/// No value is longer than this, whatever its length field says.
pub(super) const LONGEST: usize = 1 << 30;

const ENVELOPE: usize = 10;

/// How the payload of an envelope is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    /// Not at all.
    None = 0,
    /// By zstd.
    Plain = 1,
    /// By zstd with the dictionary of the index.
    Trained = 2,
}

/// An envelope whose checksum holds.
pub(super) struct Opened<'a> {
    pub compression: Compression,
    pub length: usize,
    pub checksum: u32,
    pub payload: &'a [u8],
}

/// Wraps a value: format, compression, length and a checksum over its key and all of it.
///
/// ```text
/// format:u8 compression:u8 checksum:u32le length:u32le payload
/// ```
pub(super) fn seal(key: &[u8], compression: Compression, length: usize, payload: &[u8]) -> (Vec<u8>, u32) {
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

/// Takes an envelope apart and checks it.
pub(super) fn open<'a>(key: &[u8], sealed: &'a [u8]) -> Result<Opened<'a>, IndexError> {
    let mut reader = Reader(sealed);
    let (format, compression) = (reader.byte()?, reader.byte()?);
    let (stated, length) = (reader.number()?, reader.number()? as usize);
    if stated != checksum(key, sealed) {
        return Err(damaged("a checksum does not match"));
    }
    if format != FORMAT {
        return Err(damaged(format_args!("it has format {format}, and this program reads {FORMAT}")));
    }
    let compression = match compression {
        0 => Compression::None,
        1 => Compression::Plain,
        2 => Compression::Trained,
        _ => return Err(damaged("an unknown compression")),
    };
    if length > LONGEST {
        return Err(damaged("a value is too long"));
    }
    Ok(Opened { compression, length, checksum: stated, payload: reader.0 })
}

/// Compresses values, with the dictionary of the index where there is one.
pub(super) struct Packer {
    plain: Compressor<'static>,
    trained: Option<Compressor<'static>>,
}

/// zstd's fastest; a higher level costs twice the time for a tenth of the space here.
const LEVEL: i32 = 1;

impl Packer {
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

    /// Seals a value, compressed if that makes it smaller.
    pub(super) fn seal(&mut self, key: &[u8], raw: &[u8], trained: bool) -> (Vec<u8>, u32) {
        let (compression, compressor) = match (&mut self.trained, trained) {
            (Some(compressor), true) => (Compression::Trained, compressor),
            _ => (Compression::Plain, &mut self.plain),
        };
        match compressor.compress(raw) {
            Ok(packed) if packed.len() < raw.len() => seal(key, compression, raw.len(), &packed),
            _ => seal(key, Compression::None, raw.len(), raw),
        }
    }
}

const BINCODE: Configuration<LittleEndian, Varint, Limit<LONGEST>> = bincode::config::standard().with_limit();

/// Writes a record.
pub(super) fn encode(record: &impl bincode::Encode) -> Vec<u8> {
    bincode::encode_to_vec(record, BINCODE).expect("records hold nothing that bincode cannot write")
}

/// Appends a record.
pub(super) fn encode_into(record: &impl bincode::Encode, bytes: &mut Vec<u8>) {
    bincode::encode_into_std_write(record, bytes, BINCODE).expect("records hold nothing that bincode cannot write");
}

/// Reads a record, which must be all of the bytes.
pub(super) fn decode<T: bincode::Decode<()>>(bytes: &[u8]) -> Result<T, IndexError> {
    match bincode::decode_from_slice(bytes, BINCODE) {
        Ok((record, read)) if read == bytes.len() => Ok(record),
        Ok(_) => Err(damaged("a record has something after it")),
        Err(error) => Err(damaged(error)),
    }
}

/// Appends a number in seven bits a byte.
pub(super) fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// Reads from the front of some bytes.
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], IndexError> {
        let (head, rest) = self.0.split_at_checked(length).ok_or_else(|| damaged("a value is cut short"))?;
        self.0 = rest;
        Ok(head)
    }

    pub(super) fn byte(&mut self) -> Result<u8, IndexError> {
        let (head, rest) = self.0.split_first().ok_or_else(|| damaged("a value is cut short"))?;
        self.0 = rest;
        Ok(*head)
    }

    /// A number of fixed length.
    pub(super) fn number(&mut self) -> Result<u32, IndexError> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes(bytes.try_into().map_err(damaged)?))
    }

    /// A number in seven bits a byte.
    pub(super) fn varint(&mut self) -> Result<u64, IndexError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged("a number is too long"))
    }

    /// A number in seven bits a byte that fits 32 bits.
    pub(super) fn short(&mut self) -> Result<u32, IndexError> {
        u32::try_from(self.varint()?).map_err(damaged)
    }

    /// A length in seven bits a byte.
    pub(super) fn length(&mut self) -> Result<usize, IndexError> {
        Ok(self.short()? as usize)
    }
}

/// How many bits the numbers up to one need.
pub(super) fn width(largest: u32) -> u8 {
    u8::try_from(u32::BITS - largest.leading_zeros()).expect("at most 32")
}

/// Appends numbers of some bits each, with padding so that any can be read as eight bytes.
pub(super) fn pack(bytes: &mut Vec<u8>, numbers: impl Iterator<Item = u32>, width: u8) {
    let (mut held, mut bits) = (0_u64, 0);
    for number in numbers {
        held |= u64::from(number) << bits;
        bits += u32::from(width);
        while bits >= 8 {
            bytes.push(held.to_le_bytes()[0]);
            held >>= 8;
            bits -= 8;
        }
    }
    bytes.push(held.to_le_bytes()[0]);
    bytes.extend_from_slice(&[0; 8]);
}

/// How many bytes [`pack`] writes.
pub(super) fn packed(count: usize, width: u8) -> usize {
    count * usize::from(width) / 8 + 9
}

/// Numbers of some bits each.
#[derive(Clone, Copy)]
pub(super) struct Packed<'a> {
    pub bytes: &'a [u8],
    pub width: u8,
}

impl Packed<'_> {
    /// One of the numbers; none if the bytes end before it.
    pub(super) fn get(self, index: usize) -> Option<u32> {
        let bit = index * usize::from(self.width);
        let bytes = self.bytes.get(bit / 8..bit / 8 + 8)?;
        let held = u64::from_le_bytes(bytes.try_into().ok()?) >> (bit % 8);
        u32::try_from(held & ((1 << self.width) - 1)).ok()
    }
}

/// FNV-1a: a hash that will be the same for ever, for the table of ids.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn packed_numbers_are_what_was_packed(numbers in proptest::collection::vec(0..1_u32 << 21, 0..50), extra in 0..11_u8) {
            let width = 21 + extra;
            let mut bytes = Vec::new();
            pack(&mut bytes, numbers.iter().copied(), width);
            prop_assert_eq!(bytes.len(), packed(numbers.len(), width));
            let packed = Packed { bytes: &bytes, width };
            for (index, number) in numbers.iter().enumerate() {
                prop_assert_eq!(packed.get(index), Some(*number));
            }
        }

        #[test]
        fn a_flipped_bit_is_seen(value in proptest::collection::vec(any::<u8>(), 0..60), at in any::<prop::sample::Index>(), bit in 0..8) {
            let (mut sealed, _) = seal(b"key", Compression::None, value.len(), &value);
            prop_assert_eq!(open(b"key", &sealed).unwrap().payload, value);
            prop_assert!(open(b"other", &sealed).is_err());
            let at = at.index(sealed.len());
            sealed[at] ^= 1_u8 << bit;
            prop_assert!(open(b"key", &sealed).is_err());
        }
    }
}
