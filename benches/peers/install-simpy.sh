#!/usr/bin/env bash
# Installs SimPy from PyPI into benches/peers/venv, where the peers bench finds it. Nothing else is touched.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
python3 -m venv venv
venv/bin/pip install --quiet simpy==4.1.2
venv/bin/python3 -c 'import simpy; print("SimPy", simpy.__version__, "is in benches/peers/venv")'
