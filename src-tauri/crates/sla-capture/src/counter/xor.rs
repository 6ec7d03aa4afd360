//! Prometheus' XOR chunks: samples of one series, each as what it differs from the one before.
//! Source of the format: `tsdb/docs/format/chunks.md` and `tsdb/chunkenc/xor.go` of Prometheus; the paper behind it is
//! Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory Time Series Database", VLDB 2015.

use super::Sample;

/// Samples that are handed over at once; Prometheus puts 120 into a chunk.
const BLOCK: usize = 128;
/// Bits of which [`Bits::ahead`] has at least so many, wherever it begins within a byte.
const AHEAD: u32 = 57;

/// A chunk that does not hold the samples it says it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BrokenChunk;

/// Hands over every sample of a chunk, in the order of time.
///
/// # Errors
/// [`BrokenChunk`] when it ends too early; samples before that were handed over.
#[cfg(test)]
pub(crate) fn samples(chunk: &[u8], mut take: impl FnMut(Sample)) -> Result<(), BrokenChunk> {
    blocks(chunk, |block| block.iter().copied().for_each(&mut take))
}

/// Hands over every sample of a chunk in the order of time, some at once.
///
/// # Errors
/// [`BrokenChunk`] when it ends too early; samples before that were handed over.
pub(crate) fn blocks(chunk: &[u8], mut take: impl FnMut(&[Sample])) -> Result<(), BrokenChunk> {
    let [high, low, rest @ ..] = chunk else { return Err(BrokenChunk) };
    let mut left = usize::from(u16::from_be_bytes([*high, *low]));
    let mut reader = Chunk::new(rest);
    let mut block = [(0, 0.0); BLOCK];
    while left > 0 {
        let wanted = left.min(BLOCK);
        let read = reader.fill(&mut block[..wanted]);
        if read > 0 {
            take(&block[..read]);
        }
        if read < wanted {
            return Err(BrokenChunk);
        }
        left -= wanted;
    }
    Ok(())
}

/// A chunk that is being read.
struct Chunk<'a> {
    bits: Bits<'a>,
    /// Samples that were read: the first two are written otherwise than those after them.
    index: usize,
    t: i64,
    /// Time between the last two samples.
    step: i64,
    value: u64,
    /// How many bits of a value are written, and how many below them are as they were.
    written: u32,
    trailing: u32,
}

impl<'a> Chunk<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bits: Bits { bytes, at: 0 }, index: 0, t: 0, step: 0, value: 0, written: 64, trailing: 0 }
    }

    /// Reads samples; gives how many there are, fewer when the chunk is broken behind them.
    fn fill(&mut self, block: &mut [Sample]) -> usize {
        let end = self.bits.bytes.len() * 8;
        for (read, sample) in block.iter_mut().enumerate() {
            let next = if self.index < 2 { self.first() } else { self.next() };
            // Behind the end there are zeros to read: what was read of them is no sample.
            if next.is_err() || self.bits.at > end {
                return read;
            }
            self.index += 1;
            *sample = (self.t, f64::from_bits(self.value));
        }
        block.len()
    }

    /// One of the first two samples.
    #[cold]
    fn first(&mut self) -> Result<(), BrokenChunk> {
        if self.index == 0 {
            self.t = self.bits.varint()?;
            self.value = self.bits.take(64);
            return Ok(());
        }
        self.step = i64::try_from(self.bits.uvarint()?).map_err(|_| BrokenChunk)?;
        self.t = self.t.checked_add(self.step).ok_or(BrokenChunk)?;
        self.change_of_value()
    }

    /// Any other sample. Most come as long after the one before as that came, and write as many bits of their values.
    #[inline]
    fn next(&mut self) -> Result<(), BrokenChunk> {
        let mut ahead = self.bits.ahead();
        if ahead >> 63 == 1 {
            let change = self.bits.change_of_step();
            self.step = self.step.checked_add(change).ok_or(BrokenChunk)?;
            self.t = self.t.checked_add(self.step).ok_or(BrokenChunk)?;
            return self.change_of_value();
        }
        self.t = self.t.checked_add(self.step).ok_or(BrokenChunk)?;
        ahead <<= 1;
        if ahead >> 63 == 0 {
            self.bits.at += 2;
        } else if ahead >> 62 == 0b10 && self.written <= AHEAD - 3 {
            self.value ^= (ahead << 2 >> (64 - self.written)) << self.trailing;
            self.bits.at += 3 + self.written as usize;
        } else {
            self.bits.at += 1;
            return self.change_of_value();
        }
        Ok(())
    }

    fn change_of_value(&mut self) -> Result<(), BrokenChunk> {
        if self.bits.take(1) == 0 {
            return Ok(());
        }
        if self.bits.take(1) == 1 {
            let leading = narrow(self.bits.take(5));
            // Of 64 bits only the lowest six are written.
            self.written = match narrow(self.bits.take(6)) {
                0 => 64,
                written => written,
            };
            self.trailing = 64_u32.checked_sub(leading + self.written).ok_or(BrokenChunk)?;
        }
        self.value ^= self.bits.take(self.written) << self.trailing;
        Ok(())
    }
}

fn narrow(bits: u64) -> u32 {
    u32::try_from(bits).expect("a few bits")
}

/// Reads bits, the highest of each byte first. Behind the end there are zeros.
struct Bits<'a> {
    bytes: &'a [u8],
    /// Bits that were taken.
    at: usize,
}

impl Bits<'_> {
    /// The next bits at the top: at least [`AHEAD`] of them.
    #[inline]
    fn ahead(&self) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let word = match rest.first_chunk::<8>() {
            Some(word) => *word,
            None => ended(rest),
        };
        u64::from_be_bytes(word) << (self.at % 8)
    }

    /// The next bits, one at least and at most 64, as a number.
    #[inline]
    fn take(&mut self, bits: u32) -> u64 {
        if bits > AHEAD {
            let high = self.take(bits - 32);
            return high << 32 | self.take(32);
        }
        let value = self.ahead() >> (64 - bits);
        self.at += bits as usize;
        value
    }

    /// Seven bits a byte, the lowest first; the highest bit says that another follows.
    fn uvarint(&mut self) -> Result<u64, BrokenChunk> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(8);
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
    fn change_of_step(&mut self) -> i64 {
        for width in [0, 14, 17, 20] {
            if self.take(1) == 1 {
                continue;
            }
            if width == 0 {
                return 0;
            }
            let value = self.take(width).cast_signed();
            // Not two's complement: half of the range itself is positive.
            return if value > 1 << (width - 1) { value - (1 << width) } else { value };
        }
        self.take(64).cast_signed()
    }
}

/// The last bytes of a chunk, and zeros behind them.
#[cold]
fn ended(rest: &[u8]) -> [u8; 8] {
    let mut word = [0; 8];
    word[..rest.len()].copy_from_slice(rest);
    word
}
