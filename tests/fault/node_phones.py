"""The phone's own TypeScript replica in Node: its bundle, and the process that runs it (pwa/twin/phones.ts)."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

PWA = Path(__file__).parents[2] / "pwa"
MOST_LINE_BYTES = 1 << 26


def build(folder: Path) -> Path:
    """Bundle the replica for Node into `folder`. Errors: AssertionError with what Vite said."""
    made = subprocess.run(
        ["node_modules/.bin/vite", "build", "--config", "twin/vite.config.ts", "--outDir", str(folder)],
        cwd=PWA, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise AssertionError(f"the phone's replica does not build:\n{made.stdout}{made.stderr}")
    return folder / "phones.mjs"


class NodePhones:
    """One Node process with several phones on it. Use as `async with`."""

    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle

    async def __aenter__(self) -> "NodePhones":
        self.process = await asyncio.create_subprocess_exec(
            "node", str(self.bundle),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=MOST_LINE_BYTES,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        await asyncio.wait_for(self.process.wait(), 10)

    async def obey(self, **order: Any) -> dict[str, Any]:
        """Give one order, hear its answer. Errors: AssertionError with the stack of what went wrong in there."""
        if self.process.stdin is None or self.process.stdout is None:
            raise AssertionError("no pipes")
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        line = await self.process.stdout.readline()
        answer: dict[str, Any] = json.loads(line or b'{"fault": "Node ended"}')
        if "fault" in answer:
            raise AssertionError(f"{order['do']} on {order.get('phone')}: {answer['fault']}\n{answer.get('stack')}")
        return answer
