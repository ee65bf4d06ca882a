namespace Swarm.Cli.Tests;

/// <summary>Runs command lines as the program does, without a process.</summary>
internal sealed class CommandLine(FakeGateway gateway) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-cli-");

    /// <summary>Taken as what standard input holds.</summary>
    public Stream Input { get; init; } = Stream.Null;

    public void Dispose() => _folder.Delete(recursive: true);

    public async Task<Ran> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await Application.RunAsync(arguments, Surroundings(output, error));
        return new Ran(code, output.ToString(), error.ToString());
    }

    public Surroundings Surroundings(TextWriter output, TextWriter error) =>
        new(output, error, () => Input, new Dictionary<string, string>
        {
            ["SWARM_CONTACT"] = gateway.Contact,
            ["DOCKER_CONFIG"] = _folder.FullName,
        });

    /// <summary>Leaves what <c>docker login</c> would.</summary>
    public void WriteLogins(string json) => File.WriteAllText(Path.Combine(_folder.FullName, "config.json"), json);

    /// <returns>The path of a file with this text.</returns>
    public string Write(string text)
    {
        var file = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.yml");
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>A stack of one service.</summary>
    public Task<Ran> DeployAsync(string stack, string service, params string[] more) =>
        RunAsync(["deploy", "-f", Write($"services: {{web: {{{service}}}}}"), stack, .. more]);
}

/// <summary>How a command line ended.</summary>
internal sealed record Ran(int Code, string Out, string Error);
