//! How numbers, texts and records are written as bytes, and read again with
//! every length checked. It knows no key and no part.

use bincode::config::{Configuration, Limit, LittleEndian, Varint};

use super::IndexError;
use super::error::damaged;

/// No value is longer than this, in bytes, whatever its length field says.
pub(super) const LONGEST: usize = 1 << 30;

const BINCODE: Configuration<LittleEndian, Varint, Limit<LONGEST>> = bincode::config::standard().with_limit();

/// Encodes a record.
pub(super) fn encode(record: &impl bincode::Encode) -> Vec<u8> {
    bincode::encode_to_vec(record, BINCODE).expect("records hold nothing that bincode cannot write")
}

/// Appends an encoded record.
pub(super) fn encode_into(record: &impl bincode::Encode, bytes: &mut Vec<u8>) {
    bincode::encode_into_std_write(record, bytes, BINCODE).expect("records hold nothing that bincode cannot write");
}

/// Decodes a record, which must fill all of the bytes.
pub(super) fn decode<T: bincode::Decode<()>>(bytes: &[u8]) -> Result<T, IndexError> {
    match bincode::decode_from_slice(bytes, BINCODE) {
        Ok((record, read)) if read == bytes.len() => Ok(record),
        Ok(_) => Err(damaged("a record is followed by other bytes")),
        Err(error) => Err(damaged(error)),
    }
}

/// Appends a number in LEB128: seven bits to a byte, the least significant first.
pub(super) fn put_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// Reads from the front of a slice.
pub(super) struct ByteReader<'a>(pub &'a [u8]);

impl<'a> ByteReader<'a> {
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

    /// Reads a little-endian number of 32 bits.
    pub(super) fn fixed_u32(&mut self) -> Result<u32, IndexError> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes(bytes.try_into().map_err(damaged)?))
    }

    /// Reads a number in LEB128.
    pub(super) fn varint(&mut self) -> Result<u64, IndexError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged("a number has too many bytes"))
    }

    /// Reads a number in LEB128 of at most 32 bits.
    pub(super) fn varint_u32(&mut self) -> Result<u32, IndexError> {
        u32::try_from(self.varint()?).map_err(damaged)
    }

    /// Reads a length in LEB128, of at most 32 bits.
    pub(super) fn length(&mut self) -> Result<usize, IndexError> {
        Ok(self.varint_u32()? as usize)
    }
}

/// The hash of an id in the table of ids: 64-bit FNV-1a, which must never change.
pub(super) fn hash_id(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
