using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace Swarm.Images.Manifests;

/// <summary>What an image runs on, in the spelling of Go.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/image-index.md, and the aliases of
/// containerd/platforms.</remarks>
internal sealed record ImagePlatform(string OperatingSystem, string Architecture, string Variant)
{
    private static readonly FrozenSet<string> Architectures = FrozenSet.Create(
        StringComparer.Ordinal,
        "386", "amd64", "amd64p32", "arm", "arm64", "arm64be", "armbe", "loong64", "mips", "mips64", "mips64le",
        "mips64p32", "mips64p32le", "mipsle", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc",
        "sparc64", "wasm");

    public static ImagePlatform Host { get; } = Normal("linux", RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        var other => other.ToString().ToLowerInvariant(),
    }, "");

    public static ImagePlatform Of(ImageConfiguration image) =>
        Normal(image.OperatingSystem, image.Architecture, image.Variant);

    public static ImagePlatform Read(JsonReading json) =>
        Normal(json.TextOr("os", "linux"), json.TextOr("architecture", ""), json.TextOr("variant", ""));

    /// <summary>Reads <c>os/architecture/variant</c>, of which the operating system may be left out.</summary>
    /// <exception cref="ImageException">It is none.</exception>
    public static ImagePlatform Parse(string text)
    {
        var parts = text.ToLowerInvariant().Split('/');
        return parts.All(IsWord) && Read(parts) is { } platform
            ? platform
            : throw new ImageException(
                ImageFault.Invalid, $"'{text}' is no platform, as linux/amd64 or linux/arm/v7");
    }

    /// <summary>One spelling for what is the same.</summary>
    public static ImagePlatform Normal(string os, string architecture, string variant) =>
        (architecture, variant) switch
        {
            ("amd64" or "x86_64" or "x86-64", "" or "v1") => new ImagePlatform(os, "amd64", ""),
            ("arm64" or "aarch64", "" or "v8" or "8") => new ImagePlatform(os, "arm64", ""),
            ("arm", "" or "7") or ("armhf", _) => new ImagePlatform(os, "arm", "v7"),
            ("arm", "5" or "6" or "8") => new ImagePlatform(os, "arm", $"v{variant}"),
            ("armel", _) => new ImagePlatform(os, "arm", "v6"),
            ("i386", _) => new ImagePlatform(os, "386", variant),
            _ => new ImagePlatform(os, architecture, variant),
        };

    private static ImagePlatform? Read(string[] parts) => parts switch
    {
        [var os, var architecture] => Normal(os, architecture, ""),
        [var os, var architecture, var variant] => Normal(os, architecture, variant),
        ["linux"] => Host,
        // Alone it has to be a known one: any word would be an architecture otherwise.
        [var one] when Normal("linux", one, "") is var platform && Architectures.Contains(platform.Architecture) =>
            platform,
        _ => null,
    };

    private static bool IsWord(string part) =>
        part.Length > 0 && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-');

    public override string ToString() =>
        $"{OperatingSystem}/{Architecture}" + (Variant.Length == 0 ? "" : "/" + Variant);
}
