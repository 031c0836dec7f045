//! The hash by which a page allows its own script and no other, and a lock tells editions of a file apart: SHA-256 (FIPS 180-4), in
//! base64 (RFC 4648) for pages.

/// What a content security policy calls a script: `sha256-` and 44 characters.
pub fn source_of(script: &str) -> String {
    format!("sha256-{}", base64(&sha256(script.as_bytes())))
}

/// The digest of a message as 64 digits.
pub fn sha256_hex(message: &[u8]) -> String {
    sha256(message).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(message: &[u8]) -> [u8; 32] {
    let rounds: Vec<u32> = primes().take(64).map(cube_root_fraction).collect();
    let mut state: Vec<u32> = primes().take(8).map(square_root_fraction).collect();
    for block in padded(message).chunks(64) {
        compress(&mut state, block, &rounds);
    }
    let mut digest = [0; 32];
    digest.chunks_mut(4).zip(&state).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_be_bytes()));
    digest
}

/// A one, zeros, and the length in bits at the end of a block of 64 bytes.
fn padded(message: &[u8]) -> Vec<u8> {
    let mut text = message.to_vec();
    text.push(0x80);
    text.resize((text.len() + 8).next_multiple_of(64) - 8, 0);
    text.extend((8 * message.len() as u64).to_be_bytes());
    text
}

/// Section 6.2.2.
fn compress(state: &mut [u32], block: &[u8], rounds: &[u32]) {
    let mut words: Vec<u32> = block.chunks(4).map(|b| b.iter().fold(0, |word, byte| word << 8 | u32::from(*byte))).collect();
    for t in 16..64 {
        let (x, y) = (words[t - 15], words[t - 2]);
        let small0 = x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3);
        let small1 = y.rotate_right(17) ^ y.rotate_right(19) ^ (y >> 10);
        words.push(small1.wrapping_add(words[t - 7]).wrapping_add(small0).wrapping_add(words[t - 16]));
    }
    let mut v = state.to_vec();
    for (word, round) in words.iter().zip(rounds) {
        let large1 = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
        let choice = (v[4] & v[5]) ^ (!v[4] & v[6]);
        let one = [large1, choice, *round, *word].into_iter().fold(v[7], u32::wrapping_add);
        let large0 = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
        let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        v.rotate_right(1);
        v[4] = v[4].wrapping_add(one);
        v[0] = one.wrapping_add(large0).wrapping_add(majority);
    }
    state.iter_mut().zip(v).for_each(|(word, more)| *word = word.wrapping_add(more));
}

fn primes() -> impl Iterator<Item = u128> {
    (2..).filter(|n| (2..*n).all(|d| n % d != 0))
}

/// The first 32 bits behind the point.
fn square_root_fraction(n: u128) -> u32 {
    root(n << 64, |r| r * r) as u32
}

/// The first 32 bits behind the point.
fn cube_root_fraction(n: u128) -> u32 {
    root(n << 96, |r| r * r * r) as u32
}

/// The largest number below 2^36 whose power is at most `n`.
fn root(n: u128, power: fn(u128) -> u128) -> u128 {
    (0..36).rev().fold(0, |root, bit| if power(root | 1 << bit) <= n { root | 1 << bit } else { root })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, i| bits << 8 | u32::from(three.get(i).copied().unwrap_or(0)));
        let digit = |i: u32| char::from(DIGITS[(bits >> (18 - 6 * i) & 63) as usize]);
        text.extend((0..4).map(|i| if i as usize <= three.len() { digit(i) } else { '=' }));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(message: &str) -> String {
        sha256_hex(message.as_bytes())
    }

    /// The examples that NIST publishes with the standard.
    #[test]
    fn published_digests() {
        assert_eq!(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(two_blocks), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }

    /// Section 10 of RFC 4648.
    #[test]
    fn published_base64() {
        let of = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(of, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }
}
