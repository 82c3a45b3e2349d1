"""linear-algebra.json: eigenvalues and solutions by LAPACK that src/runtime/linear-algebra is held to."""

from pathlib import Path

import numpy as np
import scipy.linalg

from groups.common import versions, write_json


def noise(rows: int, columns: int) -> np.ndarray:
    """Numbers between -0.5 and 0.5 that are the same in every language: whole numbers of 32 bits, scrambled, over 2^32."""
    i, j = np.meshgrid(np.arange(rows, dtype=np.uint64), np.arange(columns, dtype=np.uint64), indexing="ij")
    x = (i * 7919 + j * 104729 + 1) & 0xFFFFFFFF
    for _ in range(3):
        x = (x * 2654435761) & 0xFFFFFFFF
        x ^= x >> np.uint64(15)
    return x / 2**32 - 0.5


def tridiagonal(diagonal: np.ndarray, beside: np.ndarray) -> np.ndarray:
    return np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)


def wilkinson(size: int) -> np.ndarray:
    """Pairs of eigenvalues that agree to all digits but the last."""
    return tridiagonal(np.abs(np.arange(size) - (size - 1) / 2), np.ones(size - 1))


def glued(size: int, copies: int) -> np.ndarray:
    """Wilkinson's matrix again and again, hardly joined: clusters of eigenvalues."""
    diagonal = np.tile(np.diag(wilkinson(size)), copies)
    beside = np.tile(np.append(np.ones(size - 1), 2.0**-40), copies)[:-1]
    return tridiagonal(diagonal, beside)


def graded(size: int) -> np.ndarray:
    """Entries from 1 down to 2^-(2 size)."""
    return 2.0 ** -(np.arange(size)[:, None] + np.arange(size)[None, :]) + np.diag(2.0 ** -np.arange(size))


def gram(size: int, rank: int) -> np.ndarray:
    m = noise(size, rank)
    return m @ m.T


MATRICES = {
    "one": lambda: noise(1, 1),
    "zero": lambda: np.zeros((40, 40)),
    "identity": lambda: np.eye(50),
    "all ones": lambda: np.ones((65, 65)),
    "two values": lambda: np.diag(np.where(np.arange(60) % 3 == 0, 2.0, -1.0)),
    "symmetric noise": lambda: noise(100, 100) + noise(100, 100).T,
    "wilkinson": lambda: wilkinson(41),
    "glued wilkinson": lambda: glued(21, 6),
    "graded": lambda: graded(48),
    "gram": lambda: gram(130, 200),
    "gram of low rank": lambda: gram(96, 8),
    "large": lambda: gram(70, 70) * 2.0**300,
    "small": lambda: gram(70, 70) * 2.0**-300,
}


def system(order: int, rows: int) -> dict:
    """X A = R with a matrix as WUDI has it: a Gram matrix and a share of its mean diagonal."""
    a = gram(order, 1 + order // 3)
    a += 0.1 * np.trace(a) / order * np.eye(order)
    right = noise(rows, order)
    solution = scipy.linalg.cho_solve(scipy.linalg.cho_factor(a), right.T).T
    return {"order": order, "rows": rows, "corner": solution[:4, :4].tolist(), "sums": solution.sum(1).tolist()}


def make(out: Path) -> None:
    write_json(
        out / "linear-algebra.json",
        {
            "versions": versions("numpy", "scipy"),
            "eigenvalues": {name: np.linalg.eigvalsh(matrix()).tolist() for name, matrix in MATRICES.items()},
            "systems": [system(1, 1), system(63, 5), system(200, 70)],
        },
    )
