#!/bin/sh
# Makes the Python environment of the reference implementations, outside the tree.
# Usage: reference/setup.sh            (STUDIO_REFERENCE_VENV overrides the place, PYTHON the interpreter)
set -eu
venv="${STUDIO_REFERENCE_VENV:-/opt/studio-reference}"
python="${PYTHON:-python3}"
here="$(cd "$(dirname "$0")" && pwd)"

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --upgrade pip
"$venv/bin/python" -m pip install --quiet -r "$here/requirements.txt"
# For one data file, CLIP's vocabulary; its dependencies would bring torchvision.
"$venv/bin/python" -m pip install --quiet --no-deps open_clip_torch==3.3.0
if "$venv/bin/python" -c 'import torchvision' 2>/dev/null; then
  echo "torchvision is installed in $venv: remove it, the image fixtures need Pillow's resampling" >&2
  exit 1
fi
echo "ready: $venv/bin/python reference/make_fixtures.py"
