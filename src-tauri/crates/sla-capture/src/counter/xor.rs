//! Prometheus' XOR chunks: samples of one series, each as what it differs from the one before.
//! Source of the format: `tsdb/docs/format/chunks.md` and `tsdb/chunkenc/xor.go` of Prometheus; the paper behind it is
//! Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory Time Series Database", VLDB 2015.

use super::Sample;

/// A chunk that does not hold the samples it says it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BrokenChunk;

/// Hands over every sample of a chunk, in the order of time.
///
/// # Errors
/// [`BrokenChunk`] when it ends too early; samples before that were handed over.
pub(crate) fn samples(chunk: &[u8], mut take: impl FnMut(Sample)) -> Result<(), BrokenChunk> {
    let [high, low, rest @ ..] = chunk else { return Err(BrokenChunk) };
    let count = u16::from_be_bytes([*high, *low]);
    let mut bits = Bits::new(rest);
    let (mut t, mut step, mut value) = (0_i64, 0_i64, 0_u64);
    // Bits that are zero in every difference: before and behind those that are written.
    let (mut leading, mut trailing) = (0_u32, 0_u32);
    for index in 0..count {
        match index {
            0 => {
                t = bits.varint()?;
                value = bits.take(64)?;
            }
            1 => {
                step = i64::try_from(bits.uvarint()?).map_err(|_| BrokenChunk)?;
                t = t.checked_add(step).ok_or(BrokenChunk)?;
            }
            _ => {
                step = step.checked_add(bits.change_of_step()?).ok_or(BrokenChunk)?;
                t = t.checked_add(step).ok_or(BrokenChunk)?;
            }
        }
        if index > 0 && bits.take(1)? == 1 {
            if bits.take(1)? == 1 {
                leading = narrow(bits.take(5)?);
                // Of 64 bits only the lowest six are written.
                let written = match narrow(bits.take(6)?) {
                    0 => 64,
                    written => written,
                };
                trailing = 64_u32.checked_sub(leading + written).ok_or(BrokenChunk)?;
            }
            value ^= bits.take(64 - leading - trailing)? << trailing;
        }
        take((t, f64::from_bits(value)));
    }
    Ok(())
}

fn narrow(bits: u64) -> u32 {
    u32::try_from(bits).expect("a few bits")
}

/// Reads bits, the highest of each byte first.
struct Bits<'a> {
    rest: &'a [u8],
    /// Bits that were read and not taken, at the top.
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    fn new(rest: &'a [u8]) -> Self {
        Self { rest, held: 0, count: 0 }
    }

    /// The next bits, at most 64, as a number.
    fn take(&mut self, bits: u32) -> Result<u64, BrokenChunk> {
        if bits == 0 {
            return Ok(0);
        }
        if bits <= self.count {
            let value = self.held >> (64 - bits);
            self.held = self.held.checked_shl(bits).unwrap_or(0);
            self.count -= bits;
            return Ok(value);
        }
        let above = self.count;
        let missing = bits - above;
        let high = if above == 0 { 0 } else { self.held >> (64 - above) };
        self.fill();
        if missing > self.count {
            return Err(BrokenChunk);
        }
        let low = self.held >> (64 - missing);
        self.held = self.held.checked_shl(missing).unwrap_or(0);
        self.count -= missing;
        Ok(high.checked_shl(missing).unwrap_or(0) | low)
    }

    fn fill(&mut self) {
        if let Some((word, rest)) = self.rest.split_first_chunk::<8>() {
            (self.held, self.count, self.rest) = (u64::from_be_bytes(*word), 64, rest);
            return;
        }
        let mut word = [0; 8];
        word[..self.rest.len()].copy_from_slice(self.rest);
        self.held = u64::from_be_bytes(word);
        self.count = 8 * u32::try_from(self.rest.len()).expect("less than eight bytes");
        self.rest = &[];
    }

    /// Seven bits a byte, the lowest first; the highest bit says that another follows.
    fn uvarint(&mut self) -> Result<u64, BrokenChunk> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(8)?;
            // The tenth byte has room for one bit.
            if shift == 63 && byte > 1 {
                return Err(BrokenChunk);
            }
            value |= (byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(BrokenChunk)
    }

    fn varint(&mut self) -> Result<i64, BrokenChunk> {
        let value = self.uvarint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// By how much the time between two samples changes, in milliseconds.
    fn change_of_step(&mut self) -> Result<i64, BrokenChunk> {
        let mut bits = 64;
        for width in [0, 14, 17, 20] {
            if self.take(1)? == 0 {
                bits = width;
                break;
            }
        }
        let value = self.take(bits)?;
        match bits {
            0 => Ok(0),
            64 => Ok(value.cast_signed()),
            // Not two's complement: half of the range itself is positive.
            bits if value > 1 << (bits - 1) => Ok(value.cast_signed() - (1 << bits)),
            _ => Ok(value.cast_signed()),
        }
    }
}
