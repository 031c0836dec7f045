//! Requests of our own. Their ordinals are apart from those of ordinary requests, so that they have their own luck and move
//! nobody else's; they depend on the probe's name alone, not on who else plays.

/// Set in the ordinal of a probe, together with no higher bit.
const PROBE: u32 = 1 << 30;

/// The value of the attribute `probe` of ordinary requests.
pub const NONE: &str = "none";

/// The ordinal of the `n`-th request of a probe, `n` below 65,536.
pub fn ordinal(name: &str, n: u32) -> u32 {
    PROBE | tag(name) << 16 | (n & 0xffff)
}

/// What the ordinals of a probe have in common: 14 bits (FNV-1a, folded).
pub fn tag(name: &str) -> u32 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ hash >> 14 ^ hash >> 28) & 0x3fff
}

/// The tag in an ordinal, if it is that of a probe.
pub fn tag_of(ordinal: u32) -> Option<u32> {
    (ordinal >> 30 == 1).then_some(ordinal >> 16 & 0x3fff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinal_tells_its_probe() {
        assert_eq!(tag_of(ordinal("smoke", 7)), Some(tag("smoke")));
        assert_eq!([0, 5_000_000, 1 << 31, 1 << 31 | PROBE].map(tag_of), [None; 4]);
        assert_ne!(ordinal("smoke", 0), ordinal("smoke", 1));
        assert_ne!(tag("smoke"), tag("canary-smoke"));
    }
}
