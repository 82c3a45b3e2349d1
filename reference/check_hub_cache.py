"""Asks huggingface_hub whether it finds what `npm run fuse -- ... --download` has fetched.

    $VENV/bin/python reference/check_hub_cache.py [CACHE]

CACHE is the folder of the cache; by default the one that huggingface_hub itself would take. Nothing is asked of the network.
"""

import hashlib
import sys
from pathlib import Path

from huggingface_hub import constants, scan_cache_dir, snapshot_download, try_to_load_from_cache


def blob_name(path: Path) -> str:
    """What the Hub calls these bytes: SHA-256 for large files, else git's hash. The length of the name says which."""
    data = path.read_bytes()
    if len(path.resolve().name) == 64:
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def main() -> None:
    cache = Path(sys.argv[1] if len(sys.argv) > 1 else constants.HF_HUB_CACHE)
    found = scan_cache_dir(cache)
    assert not found.warnings, found.warnings
    checked = 0
    for repo in sorted(found.repos, key=lambda repo: repo.repo_id):
        for revision in repo.revisions:
            asked = dict(repo_type=repo.repo_type, cache_dir=cache)
            for name in [revision.commit_hash, *revision.refs]:
                folder = snapshot_download(repo.repo_id, revision=name, local_files_only=True, **asked)
                assert Path(folder) == revision.snapshot_path, (folder, revision.snapshot_path)
                for file in revision.files:
                    inside = file.file_path.relative_to(revision.snapshot_path).as_posix()
                    path = try_to_load_from_cache(repo.repo_id, inside, revision=name, **asked)
                    assert path == str(file.file_path), (path, file.file_path)
            for file in revision.files:
                assert blob_name(file.file_path) == file.blob_path.name, file.file_path
                checked += 1
            print(f"{repo.repo_type} {repo.repo_id} {sorted(revision.refs)} {revision.nb_files} files")
    print(f"{checked} files are found, with the hashes of their names.")


if __name__ == "__main__":
    main()
