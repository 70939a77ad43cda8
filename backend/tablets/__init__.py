"""The server's end of the protocol: enrolment, signatures, push, feed, sums and receipts. sync/ decides."""
