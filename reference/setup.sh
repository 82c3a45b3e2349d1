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
# OpenCLIP needs torchvision, so both lie apart, where only the subprocess that builds OpenCLIP models sees them.
"$venv/bin/python" -m pip install --quiet --no-deps --upgrade --target "$venv/open-clip" \
  open_clip_torch==3.3.0 torchvision==0.29.2 timm==1.0.31 ftfy==6.3.1 wcwidth==0.9.4
# Apart, as nothing else here needs them: `check_exports.py` opens ONNX files with them.
"$venv/bin/python" -m pip install --quiet --no-deps --upgrade --target "$venv/onnx" \
  onnx==1.23.2 onnxruntime==1.32.0 protobuf==7.36.2 flatbuffers==25.12.19 ml_dtypes==0.6.0
# Apart, as it wants other versions of what lies beside it.
"$venv/bin/python" -m pip install --quiet --no-deps --upgrade --target "$venv/mergekit" mergekit==0.1.5 immutables==0.21
# transformers' own conversion of OpenAI's layout: a script that newer releases no longer ship.
download="$(mktemp -d)"
"$venv/bin/python" -m pip download --quiet --no-deps --dest "$download" transformers==4.46.3
"$venv/bin/python" -m zipfile -e "$download"/transformers-4.46.3-*.whl "$download/wheel"
mkdir -p "$venv/conversion"
cp "$download/wheel/transformers/models/clip/convert_clip_original_pytorch_to_hf.py" "$venv/conversion/"
rm -r "$download"
if "$venv/bin/python" -c 'import torchvision' 2>/dev/null; then
  echo "torchvision is installed in $venv: remove it, the image fixtures need Pillow's resampling" >&2
  exit 1
fi
echo "ready: $venv/bin/python reference/make_fixtures.py"
