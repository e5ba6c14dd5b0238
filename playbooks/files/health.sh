#!/bin/sh
# Tells of each folder it is given whether it can be written to.
for folder; do
    if [ -w "$folder" ]; then
        echo "$folder: can be written"
    else
        echo "$folder: read only"
    fi
done
