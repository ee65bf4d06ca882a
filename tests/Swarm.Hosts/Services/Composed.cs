using System.Globalization;

namespace Swarm.Hosts.Services;

/// <summary>Compose texts of the image <c>box</c>.</summary>
public static class Composed
{
    /// <summary>Containers that sleep, and end at once when asked.</summary>
    /// <param name="deploy">More lines below <c>deploy</c>.</param>
    public static string Sleepers(string name, int replicas, params string[] deploy) =>
        One(name, "exec sleep 100000", [Replicas(replicas), .. deploy]);

    /// <summary>A job whose tasks each run a script.</summary>
    public static string Job(string name, int completions, string folder, string script, params string[] deploy) =>
        WithFolder(folder, One(
            name, script,
            [
                "mode: replicated-job", Replicas(completions),
                "restart_policy: { condition: on-failure, delay: 100ms }", .. deploy,
            ]));

    /// <summary>The same, of another image.</summary>
    public static string OfImage(string image, string compose) =>
        compose.Replace("    image: box", $"    image: {image}", StringComparison.Ordinal);

    /// <summary>With a folder of the host as <c>/w</c>.</summary>
    public static string WithFolder(string folder, string compose) =>
        $"{compose}\n    volumes: ['{folder}:/w']";

    /// <summary>A service of one script.</summary>
    public static string One(string name, string script, params string[] deploy) => string.Join('\n',
    [
        "services:", $"  {name}:", "    image: box", $"    command: [sh, -c, {Quoted(script)}]",
        "    stop_signal: SIGKILL", "    deploy:", .. deploy.Select(line => "      " + line),
    ]);

    private static string Replicas(int count) => string.Create(CultureInfo.InvariantCulture, $"replicas: {count}");

    private static string Quoted(string text) =>
        "'" + text.Replace("'", "''", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal) + "'";
}
