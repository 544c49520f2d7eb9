//! A frame: a big-endian u32 with the number of bytes that follow, then as many bytes of UTF-8 JSON.

use std::io::{ErrorKind, Read, Write};

/// The largest body of a frame, in bytes, in either direction.
pub const MAX_FRAME_BYTES: usize = 64 * 1024 * 1024;

/// The body of the next frame, or `None` where the input ends between two frames.
pub fn read(input: &mut impl Read) -> Result<Option<Vec<u8>>, String> {
    let mut prefix = [0; 4];
    match input.read(&mut prefix[..1]) {
        Ok(0) => return Ok(None),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::Interrupted => return read(input),
        Err(error) => return Err(format!("stdin: {error}")),
    }
    input
        .read_exact(&mut prefix[1..])
        .map_err(|error| format!("stdin: {error}"))?;
    let length = u32::from_be_bytes(prefix) as usize;
    if length > MAX_FRAME_BYTES {
        return Err(format!(
            "a frame of {length} bytes, more than the {MAX_FRAME_BYTES} allowed"
        ));
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).map_err(|error| format!("stdin: {error}"))?;
    Ok(Some(body))
}

/// Writes one frame. The caller has kept `body` within [`MAX_FRAME_BYTES`].
pub fn write(output: &mut impl Write, body: &[u8]) -> Result<(), String> {
    let length = u32::try_from(body.len()).map_err(|_| "a frame too large to write")?;
    output
        .write_all(&length.to_be_bytes())
        .and_then(|()| output.write_all(body))
        .and_then(|()| output.flush())
        .map_err(|error| format!("stdout: {error}"))
}
