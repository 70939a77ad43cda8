"""What every request passes: request id, log line, security headers, problems instead of errors."""
