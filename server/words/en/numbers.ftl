## Numbers

zero-bytes = { $number } bytes
