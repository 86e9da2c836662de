//! Compressed files: one frame of zstd.

use std::io::{Error, ErrorKind, Read, Result};

/// What is decompressed at most: a small file may stand for any number of bytes.
pub const MOST_BYTES: u64 = 1 << 30;

/// How many bytes are decompressed at a time.
#[cfg(feature = "zstd")]
const PART: usize = 1 << 16;

/// The bytes in one frame of zstd, with a checksum.
#[cfg(feature = "zstd")]
pub fn compress(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// The bytes of one frame of zstd, at most `most` of them; nothing may follow it.
///
/// A frame that announces more is refused at once; one that announces less, or nothing, where more comes out. No memory is asked for
/// that is only announced.
#[cfg(feature = "zstd")]
pub fn decompress(mut source: impl Read, most: u64) -> Result<Vec<u8>> {
    let damaged =
        |what: &str| Error::new(ErrorKind::InvalidData, format!("this is no whole zstd file: {what}"));
    let mut decoder =
        ruzstd::decoding::StreamingDecoder::new(&mut source).map_err(|error| damaged(&error.to_string()))?;
    let too_many = || {
        let words = format!("too many bytes when decompressed, more than the {most} that are read");
        Error::new(ErrorKind::InvalidData, words)
    };
    if decoder.decoder.content_size() > most {
        return Err(too_many());
    }
    let (mut bytes, mut part) = (Vec::new(), vec![0; PART]);
    loop {
        let read = decoder.read(&mut part).map_err(|error| damaged(&error.to_string()))?;
        if read == 0 {
            break;
        }
        if (bytes.len() + read) as u64 > most {
            return Err(too_many());
        }
        bytes.extend_from_slice(&part[..read]);
    }
    let frame = decoder.into_frame_decoder();
    let stated = frame.get_checksum_from_data();
    if stated.is_some() && stated != frame.get_calculated_checksum() {
        return Err(damaged("its checksum is another"));
    }
    match source.read(&mut [0])? {
        0 => Ok(bytes),
        _ => Err(damaged("something follows its first frame")),
    }
}

/// Without the feature `zstd` the way out is to decompress the file beforehand.
#[cfg(not(feature = "zstd"))]
pub fn decompress(_: impl Read, _: u64) -> Result<Vec<u8>> {
    let words = "this build has no zstd (feature `zstd`); decompress the file first, with `zstd -d`";
    Err(Error::new(ErrorKind::Unsupported, words))
}

#[cfg(feature = "zstd")]
#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(result: Result<Vec<u8>>) -> String {
        result.unwrap_err().to_string()
    }

    /// Eight blocks of 128 KiB of zeros, each of which is one byte and how often it is repeated; what the frame says of its size.
    fn zeros(stated: Option<u64>) -> Vec<u8> {
        const BLOCK: u32 = 128 << 10;
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, if stated.is_some() { 0xc0 } else { 0 }, 0x38];
        frame.extend(stated.map(u64::to_le_bytes).into_iter().flatten());
        for block in 0..8 {
            let header = BLOCK << 3 | 1 << 1 | u32::from(block == 7);
            frame.extend(&header.to_le_bytes()[..3]);
            frame.push(0);
        }
        frame
    }

    #[test]
    fn a_small_file_of_many_bytes_is_refused_at_the_limit() {
        for stated in [None, Some(1 << 20)] {
            let file = zeros(stated);
            assert!(file.len() < 50, "{} bytes", file.len());
            assert_eq!(decompress(&file[..], 1 << 20).unwrap(), vec![0; 1 << 20]);
            let refused = message(decompress(&file[..], (1 << 20) - 1));
            assert!(refused.contains("more than the 1048575 that are read"), "{refused}");
        }
        let refused = message(decompress(&zeros(Some(u64::MAX))[..], u64::MAX - 1));
        assert!(refused.contains("too many bytes"), "{refused}");
    }

    #[test]
    fn what_is_cut_off_or_goes_on_is_refused() {
        let file = compress(b"one and one and one");
        for end in 0..file.len() {
            assert!(decompress(&file[..end], 100).is_err(), "{end} of {} bytes", file.len());
        }
        let twice = [&file[..], &file[..]].concat();
        assert!(message(decompress(&twice[..], 100)).contains("follows its first frame"));
        assert!(message(decompress(&b"{}"[..], 100)).contains("no whole zstd file"));
    }

    proptest! {
        #[test]
        fn what_is_compressed_comes_back(bytes in prop::collection::vec(0_u8..4, 0..5000)) {
            prop_assert_eq!(decompress(&compress(&bytes)[..], 5000).unwrap(), bytes);
        }

        #[test]
        fn damage_is_an_error_or_changes_nothing(
            bytes in prop::collection::vec(0_u8..4, 1..500),
            place in any::<prop::sample::Index>(),
            bit in 0..8_u32,
        ) {
            let mut file = compress(&bytes);
            let place = place.index(file.len());
            file[place] ^= 1_u8 << bit;
            if let Ok(read) = decompress(&file[..], 1 << 16) {
                prop_assert_eq!(read, bytes);
            }
        }
    }
}
