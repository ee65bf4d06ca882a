using System.Runtime.InteropServices;

namespace Swarm.Images.Manifests;

/// <summary>What an image runs on, in the spelling of Go.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/image-index.md, and the aliases of
/// containerd/platforms.</remarks>
internal sealed record ImagePlatform(string OperatingSystem, string Architecture, string Variant)
{
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
        return parts switch
        {
            [{ Length: > 0 } os, { Length: > 0 } architecture] => Normal(os, architecture, ""),
            [{ Length: > 0 } os, { Length: > 0 } architecture, { Length: > 0 } variant] =>
                Normal(os, architecture, variant),
            ["linux"] => Host,
            [{ Length: > 0 } architecture] => Normal("linux", architecture, ""),
            _ => throw new ImageException(
                ImageFault.Invalid, $"'{text}' is no platform, as linux/amd64 or linux/arm/v7"),
        };
    }

    /// <summary>One spelling for what is the same.</summary>
    public static ImagePlatform Normal(string os, string architecture, string variant) =>
        (architecture, variant) switch
        {
            ("amd64" or "x86_64", "" or "v1") => new ImagePlatform(os, "amd64", ""),
            ("arm64" or "aarch64", "" or "v8" or "8") => new ImagePlatform(os, "arm64", ""),
            ("arm", "") or ("armhf", _) => new ImagePlatform(os, "arm", "v7"),
            ("i386", _) => new ImagePlatform(os, "386", variant),
            _ => new ImagePlatform(os, architecture, variant),
        };

    public override string ToString() =>
        $"{OperatingSystem}/{Architecture}" + (Variant.Length == 0 ? "" : "/" + Variant);
}
