using Swarm.Core.Builds;
using Swarm.Tests;

namespace Swarm.Core.Tests.Builds;

public sealed class HostileDockerfileTests
{
    private const long Memory = 256 << 20;

    [Fact]
    public void Whatever_a_Dockerfile_says_it_is_read_or_refused()
    {
        const string whole = """
            # escape=\
            ARG VERSION=1
            FROM --platform=linux/amd64 busybox:${VERSION} AS base
            ENV A=b C="d e" \
                F=g
            RUN echo $A && \
              true
            COPY --chown=1:2 --from=0 a* b /c/
            ADD http://host/x /y
            HEALTHCHECK --interval=5s --timeout=3s CMD ["true", "x"]
            EXPOSE 80/tcp 90-92
            VOLUME ["/data"]
            USER 1:1
            WORKDIR /a/$A
            LABEL k="v" l='w'
            ENTRYPOINT ["/bin/sh", "-c"]
            CMD echo hi
            ONBUILD RUN true
            STOPSIGNAL SIGTERM
            SHELL ["/bin/sh", "-c"]
            """;

        Hostile.Read([whole], text => Dockerfile.Parse(text), fault => fault is DockerfileException, Memory);
    }

    [Fact]
    public void Whatever_an_ignore_file_says_it_is_read_or_refused()
    {
        const string whole = "# no\n*.log\n!keep.log\n**/bin\n/a/?b/[c-e]*\n\\#x\n";

        Hostile.Read(
            [whole], text => IgnoreRules.Parse(text).IsIgnored("src/bin/x.log"), fault => fault is DockerfileException,
            Memory);
    }
}
