module json_format

go 1.21
