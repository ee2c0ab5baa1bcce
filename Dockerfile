# Lectern for a hosted Space or any container host: nothing is downloaded at run time.
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 user
USER user
WORKDIR /home/user/app
ENV PATH="/home/user/.local/bin:$PATH" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LECTERN_PUBLIC=1

# PIP_ARGS can name an index that has CPU builds of torch; the default one works but is larger.
ARG PIP_ARGS=""
COPY --chown=user requirements.txt .
RUN pip install --no-cache-dir --user $PIP_ARGS -r requirements.txt
COPY --chown=user app.py ./
COPY --chown=user .streamlit .streamlit
COPY --chown=user core core
COPY --chown=user pages pages
COPY --chown=user assets assets
COPY --chown=user static static

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD python -c "import urllib.request as u; u.urlopen('http://localhost:8501/_stcore/health', timeout=4)"

# A Space shows the app in a frame of another site, where cookies are blocked, and under a name that the server cannot know:
# the protections that need either are switched off here, in the image, and stay on everywhere else. README.md says more.
ENV LECTERN_FRAMES="*"
CMD ["streamlit", "run", "app.py", "--server.port=8501", "--server.address=0.0.0.0", \
     "--server.enableXsrfProtection=false", "--server.enableCORS=false"]
