"""formats/dtypes/: torch's conversions between float dtypes, bit for bit, on every half and on awkward floats."""

from pathlib import Path

import numpy as np
import torch

from groups.common import sha256, versions, write_bytes, write_json

QUIET_NAN = 0x7FC00000


def awkward_floats() -> np.ndarray:
    """Bit patterns of fp32 values at and around every place where rounding to fp16 or bf16 decides; uint32."""
    bits: set[int] = {0, 1, 2, 0x007FFFFF, 0x00800000, 0x00800001, 0x7F7FFFFF, 0x7F7FFFFE, 0x7F800000, 0x7F800001, 0x7FBFFFFF, QUIET_NAN, 0x7FFFFFFF}
    for exponent in range(0, 255, 3):
        for low in (0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF):  # bf16 drops 16 bits: below, at and above a tie
            bits.add(exponent << 23 | low)
            bits.add(exponent << 23 | 0x10000 | low)
            bits.add(exponent << 23 | 0x7F0000 | low)  # a carry into the exponent
    halves = np.array(
        [0x0001, 0x0002, 0x0003, 0x03FE, 0x03FF, 0x0400, 0x0401, 0x3BFF, 0x3C00, 0x3C01, 0x7BFE, 0x7BFF, 0x4248, 0x0200], dtype=np.uint16
    )
    values = halves.view(np.float16).astype(np.float64)
    steps = 2.0 ** (np.maximum(np.floor(np.log2(values)), -14) - 10)  # distance to the next half
    for tie in np.concatenate([values + steps / 2, values - steps / 2, values / 4, [2.0**-25, 2.0**-24, 65519.99, 65520.0, 65535.0, 65536.0]]):
        exact = int(np.float32(tie).view(np.uint32))
        bits.update(pattern for pattern in (exact - 1, exact, exact + 1) if 0 <= pattern < 2**31)
    random = np.random.default_rng(61).integers(0, 2**31, 1500, dtype=np.uint64)
    weights = (np.random.default_rng(62).normal(0, 0.03, 1000)).astype(np.float32).view(np.uint32)
    positive = np.array(sorted(bits), dtype=np.uint32)
    return np.concatenate([positive, positive | np.uint32(0x80000000), random.astype(np.uint32), weights])


def awkward_doubles() -> np.ndarray:
    """Doubles beside fp32 ties, subnormals of fp32, overflow, infinities and NaN; float64."""
    rng = np.random.default_rng(63)
    singles = rng.integers(0, 0x7F800000, 300, dtype=np.uint64).astype(np.uint32).view(np.float32).astype(np.float64)
    ties = singles * (1 + 2.0**-24)
    special = [
        0.0,
        2.0**-149,
        2.0**-150,
        2.0**-151,
        1.5 * 2.0**-149,
        2.0**-126,
        3.4028235677973366e38,
        3.402823567797336e38,
        1e39,
        5e-324,
        np.inf,
        np.nan,
        0.1,
        1 / 3,
    ]
    values = np.concatenate([singles, ties, np.nextafter(ties, 0), np.nextafter(ties, np.inf), special])
    return np.concatenate([values, -values])


def decoded(dtype: torch.dtype) -> dict:
    """SHA-256 of the fp32 values of all 65,536 patterns in order, every NaN written as 7FC00000."""
    patterns = torch.arange(65536, dtype=torch.int32).to(torch.uint16).view(dtype)
    bits = patterns.to(torch.float32).view(torch.int32).numpy().view(np.uint32).copy()
    nan = np.isnan(bits.view(np.float32))
    bits[nan] = QUIET_NAN
    return {"sha256": sha256(bits.astype("<u4").tobytes()), "nans": int(nan.sum())}


def make(out: Path) -> None:
    folder = out / "formats" / "dtypes"
    singles, doubles = awkward_floats(), awkward_doubles()
    as_float = torch.from_numpy(singles.view(np.float32).copy())
    write_bytes(folder / "float32.bin", singles.astype("<u4").tobytes())
    write_bytes(folder / "float32-as-float16.bin", as_float.to(torch.float16).view(torch.int16).numpy().astype("<i2").tobytes())
    write_bytes(folder / "float32-as-bfloat16.bin", as_float.to(torch.bfloat16).view(torch.int16).numpy().astype("<i2").tobytes())
    write_bytes(folder / "float64.bin", doubles.astype("<f8").tobytes())
    write_bytes(folder / "float64-as-float32.bin", torch.from_numpy(doubles).to(torch.float32).numpy().astype("<f4").tobytes())
    content = {
        "made_with": versions("torch"),
        "float32": len(singles),
        "float64": len(doubles),
        "allPatterns": {"float16": decoded(torch.float16), "bfloat16": decoded(torch.bfloat16)},
    }
    write_json(folder / "expected.json", content)
