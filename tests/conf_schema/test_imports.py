from __future__ import annotations

import subprocess
import sys


def test_importing_the_schema_imports_neither_kedro_nor_mlflow():
    program = (
        "import sys, conf_schema\n"
        "conf_schema.json_schema()\n"
        "source, findings = conf_schema.parse_source('churn: {trainin: 1}', 'f.yml')\n"
        "conf_schema.validate_document(source.values)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    imported = set(result.stdout.split())
    assert "conf_schema" in imported
    assert not imported & {"kedro", "mlflow", "kedro_bind", "omegaconf", "pandas"}
