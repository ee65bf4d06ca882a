using Swarm.Client.Compose;
using Swarm.Tests;

namespace Swarm.Client.Tests;

public sealed class HostileComposeTests
{
    private const long Memory = 512 << 20;

    private static readonly Dictionary<string, string> Environment = new() { ["A"] = "a", ["EMPTY"] = "" };

    [Fact]
    public void Whatever_a_Compose_file_says_it_is_read_or_refused()
    {
        string[] samples =
        [
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "whole.compose.yml")),
            """
            x-base: &base { image: "busybox:${A:-1}", deploy: { replicas: 3 } }
            services:
              web: { <<: *base, ports: ["8080-8082:80-82/tcp"], environment: [A=b, C],
                volumes: ["data:/d:ro", "./b:/b"] }
            volumes: { data: {} }
            """,
        ];

        Hostile.Read(
            samples, text => ComposeFile.Parse(text, "/srv/shop/compose.yml", null, Environment),
            fault => fault is ComposeException { Errors.Length: > 0 }, Memory);
    }
}
