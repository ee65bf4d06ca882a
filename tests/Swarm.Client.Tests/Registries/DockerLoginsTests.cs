using System.Text;
using Swarm.Client.Registries;
using Swarm.Core.Images;

namespace Swarm.Client.Tests.Registries;

public sealed class DockerLoginsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-logins-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("docker.io", "https://index.docker.io/v1/")]
    [InlineData("registry.example:5000", "registry.example:5000")]
    [InlineData("registry.example", "https://registry.example/v2/")]
    public async Task A_name_and_a_password_are_found_under_the_registry_as_docker_writes_it(
        string registry, string key)
    {
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:pass:word"));

        var found = await Load($$"""{"auths": {"{{key}}": {"auth": "{{auth}}"}, "other": {"auth": "x"} } }""")
            .FindAsync(registry);

        Assert.Equal(new PullCredentials(registry, "ann", "pass:word"), found);
    }

    [Fact]
    public async Task A_token_stands_for_a_password()
    {
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes("00000000-0000-0000-0000-000000000000:"));

        var found = await Load($$"""{"auths": {"a.example": {"auth": "{{auth}}", "identitytoken": "t"} } }""")
            .FindAsync("a.example");

        Assert.Equal("t", found!.IdentityToken);
        Assert.Equal("credentials for a.example", found.ToString());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"auths": {"other.example": {"auth": "YTpi"}}}""")]
    [InlineData("""{"auths": {"a.example": {}}}""")]
    public async Task Nobody_has_logged_in(string settings) =>
        Assert.Null(await Load(settings).FindAsync("a.example"));

    [Fact]
    public async Task There_are_no_logins_without_a_file() =>
        Assert.Null(await DockerLogins.Load(new Dictionary<string, string> { ["HOME"] = _folder.FullName })
            .FindAsync("a.example"));

    [Theory]
    [InlineData("""{"auths": {"a.example": {"auth": "%%"}}}""", "is broken")]
    [InlineData("""{"credsStore": "no/../such"}""", "cannot be one")]
    [InlineData("""{"credsStore": "swarm-not-there"}""", "cannot be started")]
    public async Task What_is_kept_and_cannot_be_had_is_told(string settings, string said) => Assert.Contains(
        said,
        (await Assert.ThrowsAsync<IOException>(() => Load(settings).FindAsync("a.example"))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("""read at; printf '{"ServerURL":"%s","Username":"ann","Secret":"s3"}' "$at" """, "ann", "s3", "")]
    [InlineData("""echo '{"Username":"<token>","Secret":"t1"}'""", "", "", "t1")]
    public async Task A_program_that_keeps_logins_is_asked(string script, string user, string password, string token)
    {
        var found = await Keep(script).FindAsync("a.example");

        Assert.Equal(new PullCredentials("a.example", user, password, token), found);
    }

    [Fact]
    public async Task A_program_that_has_none_says_so() =>
        Assert.Null(await Keep("echo 'credentials not found in native keychain'; exit 1").FindAsync("a.example"));

    [Theory]
    [InlineData("echo hidden; exit 3", "failed with exit code 3")]
    [InlineData("echo hidden", "did not answer as it should")]
    public async Task A_program_that_fails_is_told_without_what_it_said(string script, string said)
    {
        var failed = await Assert.ThrowsAsync<IOException>(() => Keep(script).FindAsync("a.example"));

        Assert.Contains(said, failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", failed.ToString(), StringComparison.Ordinal);
    }

    private DockerLogins Load(string settings)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "config.json"), settings);
        return DockerLogins.Load(new Dictionary<string, string> { ["DOCKER_CONFIG"] = _folder.FullName });
    }

    /// <summary>Logins that are kept by a script.</summary>
    private DockerLogins Keep(string script)
    {
        var name = $"swarm-{Guid.NewGuid():N}";
        var path = Path.Combine(_folder.FullName, "docker-credential-" + name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", $"{_folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}");
        return Load($$"""{"credHelpers": {"a.example": "{{name}}"} }""");
    }
}
