"""The page of `unjpeg web`: a small server of the standard library, one HTML file, nothing kept.

Not Gradio, which the field uses: it keeps each upload and each result as a file that is served by its path,
for seconds at best, and brings fifty packages to a laptop. Here a picture is there for one request only.
"""
