//! Numbers of the same width, packed bit by bit.

/// The number of bits that numbers up to `largest` need.
pub(super) fn bit_width(largest: u32) -> u8 {
    u8::try_from(u32::BITS - largest.leading_zeros()).expect("at most 32")
}

/// Appends numbers of `width` bits each, padded so that any of them can be read
/// as part of eight bytes.
pub(super) fn pack_numbers(bytes: &mut Vec<u8>, numbers: impl Iterator<Item = u32>, width: u8) {
    let (mut pending, mut bits) = (0_u64, 0);
    for number in numbers {
        pending |= u64::from(number) << bits;
        bits += u32::from(width);
        while bits >= 8 {
            bytes.push(pending.to_le_bytes()[0]);
            pending >>= 8;
            bits -= 8;
        }
    }
    bytes.push(pending.to_le_bytes()[0]);
    bytes.extend_from_slice(&[0; 8]);
}

/// The number of bytes that [`pack_numbers`] writes.
pub(super) fn packed_length(count: usize, width: u8) -> usize {
    count * usize::from(width) / 8 + 9
}

/// Packed numbers of `width` bits each.
#[derive(Clone, Copy)]
pub(super) struct PackedNumbers<'a> {
    pub bytes: &'a [u8],
    pub width: u8,
}

impl PackedNumbers<'_> {
    /// The number at an index; `None` if the bytes end before it.
    pub(super) fn get(self, index: usize) -> Option<u32> {
        let bit = index * usize::from(self.width);
        let bytes = self.bytes.get(bit / 8..bit / 8 + 8)?;
        let held = u64::from_le_bytes(bytes.try_into().ok()?) >> (bit % 8);
        u32::try_from(held & ((1 << self.width) - 1)).ok()
    }
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
            pack_numbers(&mut bytes, numbers.iter().copied(), width);
            prop_assert_eq!(bytes.len(), packed_length(numbers.len(), width));
            let packed = PackedNumbers { bytes: &bytes, width };
            for (index, number) in numbers.iter().enumerate() {
                prop_assert_eq!(packed.get(index), Some(*number));
            }
        }
    }
}
