using System.Diagnostics;

namespace Swarm.Tidy;

/// <summary>The client library as others get it: as packages alone.</summary>
public sealed class PackageTests : IDisposable
{
    private static readonly string[] Packed = ["Swarm.Core", "Swarm.Wire", "Swarm.Client"];

    // What is restored here is seen by nobody else; what other packages are needed are there from the build.
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-packages-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_example_builds_and_starts_on_packages_alone()
    {
        foreach (var project in Packed)
        {
            string[] pack = ["pack", $"src/{project}", "--no-build", "-c", Configuration, "-o", $"{_folder}/source"];
            await SucceedAsync(Repository.Root, pack);
        }

        var program = Directory.CreateDirectory($"{_folder}/program").FullName;
        File.Copy(Repository.At("deploy/examples/SubmitJob/Program.cs"), $"{program}/Program.cs");
        await File.WriteAllTextAsync($"{program}/SubmitJob.csproj", ProjectOf(VersionOf("Swarm.Client")));
        await SucceedAsync(program, "build", "-o", $"{_folder}/built");

        var (code, text) = await DotnetAsync(program, $"{_folder}/built/SubmitJob.dll");
        Assert.Equal((2, "usage: SubmitJob IMAGE TASKS COMMAND [ARGUMENT...]"), (code, text.Trim()));
    }

    private static string Configuration => AppContext.BaseDirectory.Contains("/release/") ? "Release" : "Debug";

    private static string Installed =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : $"{Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)}/.nuget/packages";

    private string VersionOf(string package) =>
        Path.GetFileNameWithoutExtension(Directory.GetFiles($"{_folder}/source", $"{package}.*.nupkg").Single())
            [(package.Length + 1)..];

    private string ProjectOf(string version) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <RestoreSources>{_folder}/source</RestoreSources>
            <RestorePackagesPath>{_folder}/restored</RestorePackagesPath>
            <RestoreFallbackFolders>{Installed}</RestoreFallbackFolders>
            <NuGetAudit>false</NuGetAudit>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Swarm.Client" Version="{version}" />
          </ItemGroup>
        </Project>
        """;

    private static async Task SucceedAsync(string folder, params string[] arguments)
    {
        var (code, text) = await DotnetAsync(folder, arguments);
        Assert.True(code == 0, $"dotnet {string.Join(' ', arguments)} ended with {code}: {text}");
    }

    private static async Task<(int Code, string Text)> DotnetAsync(string folder, params string[] arguments)
    {
        using var dotnet = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // The build of these tests leaves settings of its own to all that it starts.
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false" },
        })!;
        var texts = await Task.WhenAll(dotnet.StandardOutput.ReadToEndAsync(), dotnet.StandardError.ReadToEndAsync());
        await dotnet.WaitForExitAsync();
        return (dotnet.ExitCode, string.Concat(texts));
    }
}
