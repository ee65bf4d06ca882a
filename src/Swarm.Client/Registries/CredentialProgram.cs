using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Core.Images;

namespace Swarm.Client.Registries;

/// <summary>A program <c>docker-credential-NAME</c> that keeps what <c>docker login</c> was given.</summary>
/// <remarks>The address goes to its input, and its answer is JSON:
/// https://github.com/docker/docker-credential-helpers#development</remarks>
internal static class CredentialProgram
{
    private const string TokenUser = "<token>";
    private const string NotFound = "credentials not found";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <returns>Null where it has none.</returns>
    /// <exception cref="IOException">It is not there, fails, is silent, or answers something else.</exception>
    public static async Task<PullCredentials?> GetAsync(
        string name, string key, string registry, CancellationToken cancellation)
    {
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new IOException($"Docker's config.json names a credential store '{name}', which cannot be one");
        var program = "docker-credential-" + name;
        var (exitCode, answer) = await RunAsync(program, key, cancellation);
        if (exitCode != 0)
        {
            return answer.Contains(NotFound, StringComparison.OrdinalIgnoreCase)
                ? null
                : throw new IOException($"{program} failed with exit code {exitCode}");
        }

        try
        {
            var (user, secret) = (Text(answer, "Username"), Text(answer, "Secret"));
            return user == TokenUser
                ? new PullCredentials(registry, IdentityToken: secret)
                : new PullCredentials(registry, user, secret);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // Without what it said: that may be a password.
            throw new IOException($"{program} did not answer as it should");
        }
    }

    private static async Task<(int ExitCode, string Answer)> RunAsync(
        string program, string key, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["get"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })!;
            try
            {
                await TellAsync(process, key, limit.Token);
                var answer = await process.StandardOutput.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return (process.ExitCode, answer);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                throw new IOException($"{program} did not answer within {Patience.TotalSeconds} s");
            }
        }
        catch (Win32Exception missing)
        {
            throw new IOException($"{program} cannot be started: {missing.Message}", missing);
        }
    }

    private static async Task TellAsync(Process process, string key, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.WriteAsync(key.AsMemory(), cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended or does not care to know: its answer and its exit code tell what became of it.
        }
    }

    private static string Text(string json, string name) =>
        JsonNode.Parse(json)?[name]?.GetValue<string>() ?? throw new JsonException(name);
}
