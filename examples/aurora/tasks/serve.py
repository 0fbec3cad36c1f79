"""Serve one GGUF weights file to the PROXY tasks on a loopback port, until SIGTERM.

``python serve.py WEIGHTS.gguf [--template plain]`` prints the address once the server listens.
One slot, no prompt cache: an answer then does not depend on the questions asked before it.
"""

import argparse
import signal
from pathlib import Path

import xllamacpp

# Weights without instruction tuning bring no chat template.  `plain` passes a lone user message
# through as it is, to be continued, and writes a conversation with a system message as a dialogue.
PLAIN_TEMPLATE = (
    "{%- if messages[0].role == 'system' -%}"
    "{%- for message in messages -%}"
    "{%- if message.role == 'system' -%}{{ 'System: ' + message.content + '\n' }}"
    "{%- elif message.role == 'user' -%}{{ 'User: ' + message.content + '\n' }}"
    "{%- else -%}{{ 'Assistant: ' + message.content + '\n' }}{%- endif -%}"
    "{%- endfor -%}{{ 'Assistant:' }}"
    "{%- else -%}"
    "{%- for message in messages -%}{{ message.content }}{%- endfor -%}"
    "{%- endif -%}"
)


def main() -> None:
    """Start the server and wait for SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--template", choices=["own", "plain"], default="own")
    arguments = parser.parse_args()

    # Blocked before the server starts its threads, so that sigwait below is the one to receive it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    params = xllamacpp.CommonParams()
    params.model.path = str(arguments.weights)
    params.model_alias = {arguments.weights.stem}
    params.n_ctx = 2048
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.cache_prompt = False
    params.warmup = False
    params.verbosity = -1
    if arguments.template == "plain":
        params.chat_template = PLAIN_TEMPLATE
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    main()
