using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Swarm.Runtime.Seccomp;

/// <summary>A system call filter in Docker's format, whose rules depend on platform and capabilities.</summary>
/// <remarks>
/// https://docs.docker.com/engine/security/seccomp/ ; the result is the OCI <c>linux.seccomp</c> object.
/// </remarks>
internal sealed class SeccompProfile
{
    private const string ResourceName = "seccomp.json";

    private static readonly string[] Actions =
    [
        "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO",
        "SCMP_ACT_TRACE", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY",
    ];

    private readonly JsonElement _root;
    private readonly JsonElement[] _rules = [];

    private SeccompProfile(byte[] text)
    {
        Text = text;
        using var document = JsonDocument.Parse(text);
        _root = document.RootElement.Clone();
        if (_root.ValueKind != JsonValueKind.Object) throw new JsonException("it is no object");
        CheckAction(_root, "defaultAction");
        if (_root.TryGetProperty("syscalls", out var rules) && rules.ValueKind == JsonValueKind.Array)
            _rules = [.. rules.EnumerateArray()];
        foreach (var rule in _rules)
        {
            if (rule.ValueKind != JsonValueKind.Object) throw new JsonException("a rule is no object");
            CheckAction(rule, "action");
            if (OldName(rule) is not null && rule.TryGetProperty("names", out var names) && HasItems(names))
                throw new JsonException("a rule has both name and names");
        }
    }

    public ReadOnlyMemory<byte> Text { get; }

    /// <param name="path">Null reads the profile that comes along.</param>
    /// <exception cref="ContainerException">It cannot be read.</exception>
    public static SeccompProfile Read(string? path)
    {
        try
        {
            if (path is not null) return new SeccompProfile(File.ReadAllBytes(path));
            using var stream = typeof(SeccompProfile).Assembly.GetManifestResourceStream(ResourceName)!;
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return new SeccompProfile(memory.ToArray());
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ContainerException(ContainerFault.Host, $"seccomp profile {path}: {refused.Message}", refused);
        }
    }

    /// <summary>Reads the text of a profile that came with a container.</summary>
    /// <exception cref="ContainerException">It is none.</exception>
    public static SeccompProfile Parse(string text)
    {
        try
        {
            return new SeccompProfile(System.Text.Encoding.UTF8.GetBytes(text));
        }
        catch (JsonException broken)
        {
            throw new ContainerException(ContainerFault.Invalid, $"seccomp profile: {broken.Message}", broken);
        }
    }

    /// <summary>The rules that hold for a container with these capabilities on this host.</summary>
    public byte[] Resolve(ImmutableArray<string> capabilities) =>
        Resolve(capabilities, RuntimeInformation.ProcessArchitecture, Environment.OSVersion.Version);

    internal byte[] Resolve(ImmutableArray<string> capabilities, Architecture architecture, Version kernel)
    {
        var (name, goName) = architecture switch
        {
            Architecture.X64 => ("SCMP_ARCH_X86_64", "amd64"),
            Architecture.Arm64 => ("SCMP_ARCH_AARCH64", "arm64"),
            _ => throw new ContainerException(ContainerFault.Host, $"no seccomp rules are known for {architecture}"),
        };
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            CopyProperties(json, _root, ["defaultAction", "defaultErrnoRet"]);
            WriteArchitectures(json, name);
            json.WriteStartArray("syscalls");
            foreach (var rule in _rules)
            {
                if (Holds(rule, capabilities, goName, kernel)) WriteRule(json, rule);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return memory.ToArray();
    }

    private static void CheckAction(JsonElement of, string name)
    {
        var action = of.TryGetProperty(name, out var given) ? given.ToString() : "";
        if (action.Length == 0) throw new JsonException($"{name} is missing");
        if (!Actions.Contains(action)) throw new JsonException($"string {action} is not a valid action for seccomp");
    }

    private void WriteArchitectures(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray("architectures");
        json.WriteStringValue(name);
        if (_root.TryGetProperty("archMap", out var map))
        {
            foreach (var entry in map.EnumerateArray()
                .Where(entry => entry.GetProperty("architecture").GetString() == name))
            {
                foreach (var sub in Items(entry, "subArchitectures")) json.WriteStringValue(sub);
            }
        }

        json.WriteEndArray();
    }

    private static bool Holds(
        JsonElement rule, ImmutableArray<string> capabilities, string architecture, Version kernel)
    {
        if (rule.TryGetProperty("includes", out var includes) && includes.ValueKind == JsonValueKind.Object)
        {
            string[] arches = [.. Items(includes, "arches")];
            if (arches.Length > 0 && !arches.Contains(architecture)) return false;
            string[] needed = [.. Items(includes, "caps")];
            if (needed.Length > 0 && !needed.Any(needs => capabilities.Contains(needs))) return false;
            if (includes.TryGetProperty("minKernel", out var least) && kernel < Version.Parse(least.GetString()!))
                return false;
        }

        if (!rule.TryGetProperty("excludes", out var excludes) || excludes.ValueKind != JsonValueKind.Object)
            return true;
        return !Items(excludes, "arches").Contains(architecture)
            && !Items(excludes, "caps").Any(has => capabilities.Contains(has))
            && !(excludes.TryGetProperty("minKernel", out var from) && kernel >= Version.Parse(from.GetString()!));
    }

    private static void WriteRule(Utf8JsonWriter json, JsonElement rule)
    {
        json.WriteStartObject();
        if (OldName(rule) is { } name)
        {
            json.WriteStartArray("names");
            json.WriteStringValue(name);
            json.WriteEndArray();
        }
        else
        {
            CopyProperties(json, rule, ["names"]);
        }

        CopyProperties(json, rule, ["action", "errnoRet"]);
        if (rule.TryGetProperty("args", out var args) && HasItems(args))
        {
            json.WritePropertyName("args");
            args.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static bool HasItems(JsonElement array) =>
        array.ValueKind == JsonValueKind.Array && array.GetArrayLength() > 0;

    /// <summary>Rules of old profiles are for one call each.</summary>
    private static string? OldName(JsonElement rule) =>
        rule.TryGetProperty("name", out var name) && name is { ValueKind: JsonValueKind.String }
            && name.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static void CopyProperties(Utf8JsonWriter json, JsonElement from, string[] names)
    {
        foreach (var name in names)
        {
            if (!from.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) continue;
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    private static IEnumerable<string> Items(JsonElement of, string name) =>
        of.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array
            ? array.EnumerateArray().Select(item => item.GetString()!)
            : [];
}
