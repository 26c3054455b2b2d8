"""Loads exported files with the libraries that they are for, and tells as JSON what it found.

It runs in an environment that has these libraries and nothing of ours: `reader.py FOLDER`, where each folder in FOLDER
is one export.
"""

import hashlib
import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

CACHE = tempfile.mkdtemp()
os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HOME": CACHE, "HF_DATASETS_CACHE": CACHE, "HF_HUB_DISABLE_TELEMETRY": "1"}

datasets = import_module("datasets")
pandas = import_module("pandas")
aggregation = import_module("crowdkit.aggregation")
converter = import_module("label_studio_sdk.converter")
fsspec = import_module("fsspec")
interface = import_module("label_studio_sdk.label_interface")


def load(builder: str, path: Path) -> Any:
    return datasets.load_dataset(builder, data_files=str(path), split="train", cache_dir=CACHE)


def pictures(path: Path) -> list[dict[str, Any]]:
    rows = load("imagefolder", path)
    raw = rows.cast_column("image", datasets.Image(decode=False))
    found = []
    for row, shown, stored in zip(rows.remove_columns("image"), rows, raw, strict=True):
        with fsspec.open(stored["image"]["path"]) as file:
            content = file.read()
        seen = {"size": list(shown["image"].size), "sha256": hashlib.sha256(content).hexdigest()}
        found.append({name: value for name, value in row.items() if name != "image"} | seen)
    return found


def parquet(path: Path) -> Any:
    table = pandas.read_parquet(path).astype(object)
    return table.where(table.notna(), None).to_dict("records")


def voted(answers: Any) -> dict[str, Any]:
    """What CrowdKit makes of a table with task, worker and label."""
    answers = answers[answers["label"] != ""]
    return {
        "majority": aggregation.MajorityVote().fit_predict(answers).to_dict(),
        "dawid_skene": aggregation.DawidSkene(n_iter=20).fit_predict(answers).to_dict(),
    }


def toloka(path: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    table = pandas.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    renamed = {"INPUT:task": "task", "ASSIGNMENT:worker_id": "worker", "OUTPUT:label": "label"}
    return table.to_dict("records"), voted(table.rename(columns=renamed)[list(renamed.values())])


def studio(path: Path, settings: Path) -> dict[str, Any]:
    """The tasks as Label Studio's own interface checks them, and as its converter writes them out again."""
    config = settings.read_text(encoding="utf-8")
    tasks = json.loads(path.read_text(encoding="utf-8"))
    checked = interface.LabelInterface(config)
    out = Path(tempfile.mkdtemp())
    made = converter.Converter(config=config, project_dir=None, download_resources=False)
    made.convert_to_json_min(str(path), str(out), is_dir=False)
    made.convert_to_csv(str(path), str(out), is_dir=False, sep=",", header=True)
    return {
        "tasks": tasks,
        "wrong": [task["id"] for task in tasks if not checked.validate_task({"data": task["data"]})],
        "unreadable": [
            task["id"]
            for task in tasks
            for each in [*task["annotations"], *task["predictions"]]
            if not checked.validate_prediction(each)
        ],
        "json_min": json.loads(next(out.glob("*.json")).read_text(encoding="utf-8")),
        "csv": pandas.read_csv(next(out.glob("*.csv")), dtype=str, keep_default_na=False).to_dict("records"),
    }


def read(folder: Path) -> dict[str, Any]:
    answers = pandas.read_csv(folder / "answers.csv", dtype=str, keep_default_na=False)
    rows, votes = toloka(folder / "toloka.tsv")
    return {
        "answers.csv": list(load("csv", folder / "answers.csv")),
        "answers.jsonl": list(load("json", folder / "answers.jsonl")),
        "labels.jsonl": list(load("json", folder / "labels.jsonl")),
        "answers.parquet": list(load("parquet", folder / "answers.parquet")),
        "labels.parquet": list(load("parquet", folder / "labels.parquet")),
        "pandas": parquet(folder / "answers.parquet"),
        "imagefolder.zip": pictures(folder / "imagefolder.zip") if (folder / "imagefolder.zip").exists() else [],
        "texts.zip": list(load("json", folder / "texts.zip")) if (folder / "texts.zip").exists() else [],
        "toloka.tsv": rows,
        "toloka votes": votes,
        "votes": voted(answers),
        "labelstudio.json": studio(folder / "labelstudio.json", folder / "labelstudio.xml"),
    }


if __name__ == "__main__":
    datasets.disable_progress_bars()
    found = {folder.name: read(folder) for folder in sorted(Path(sys.argv[1]).iterdir())}
    json.dump(found, sys.stdout, ensure_ascii=False, default=str)
