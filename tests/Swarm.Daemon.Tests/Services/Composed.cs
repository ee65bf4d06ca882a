namespace Swarm.Daemon.Tests.Services;

/// <summary>Compose texts of the image <c>box</c>.</summary>
internal static class Composed
{
    /// <summary>A web server that says who answers, and is known to be well before it gets traffic.</summary>
    public static string Web(int port, int replicas, string words = "one", string order = "start-first") => $$"""
        services:
          web:
            image: box
            command:
              - sh
              - -c
              - mkdir -p /w && echo {{words}} $$(hostname) > /w/index.html && exec httpd -f -p 80 -h /w
            ports: ["{{port}}:80"]
            healthcheck:
              test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:80/"]
              interval: 5s
              start_period: 10s
              start_interval: 50ms
            stop_grace_period: 1s
            deploy:
              replicas: {{replicas}}
              update_config: { order: {{order}}, failure_action: rollback, monitor: 200ms }
        """;

    /// <summary>Containers that sleep; they end at once when asked.</summary>
    public static string Sleepers(int replicas, string more = "") => $$"""
        services:
          sleep:
            image: box
            command: ["sleep", "100000"]
            stop_signal: SIGKILL
            {{more}}
            deploy: { replicas: {{replicas}} }
        """;

    /// <summary>One container that ends once there is a file <c>gate</c> in the host's folder.</summary>
    public static string Gated(string folder, int exitCode, string restart) => $$"""
        services:
          gated:
            image: box
            command: ["sh", "-c", "until [ -e /gate/gate ]; do sleep 0.05; done; exit {{exitCode}}"]
            volumes: ["{{folder}}:/gate"]
            deploy: { restart_policy: { condition: {{restart}} } }
        """;

    /// <summary>A service of one script.</summary>
    /// <param name="deploy">Lines below <c>deploy</c>; further indented to the left, of the service itself.</param>
    public static string One(string name, string script, params string[] deploy) => string.Join('\n',
    [
        "services:", $"  {name}:", "    image: box", $"    command: [sh, -c, {Quoted(script)}]", "    deploy:",
        .. deploy.Select(line => "      " + line),
    ]);

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
