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

    private const string Notify = "SCMP_ACT_NOTIFY";

    private static readonly string[] Actions =
    [
        "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO",
        "SCMP_ACT_TRACE", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG", Notify,
    ];

    private static readonly string[] Operators =
    [
        "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ",
    ];

    private readonly SeccompDocument _document;
    private readonly ImmutableArray<SeccompRule> _rules;

    private SeccompProfile(byte[] text)
    {
        Text = text;
        _document = SeccompDocument.Parse(text);
        _rules =
        [
            .. _document.Syscalls.OrNone().Select(rule => rule ?? throw new JsonException("a rule is no object")),
        ];
        if (IsNone) return;
        CheckAction(_document.DefaultAction, "defaultAction");
        if (_document.Architectures.OrNone().Length > 0 && _document.ArchMap.OrNone().Length > 0)
            throw new JsonException("a profile has both architectures and archMap");
        foreach (var rule in _rules)
        {
            if (rule.Name is { Length: > 0 } && rule.Names.OrNone().Length > 0)
                throw new JsonException("a rule has both name and names");
            KernelCondition.Check(rule.Includes?.MinKernel);
            KernelCondition.Check(rule.Excludes?.MinKernel);
        }
    }

    public ReadOnlyMemory<byte> Text { get; }

    /// <summary>Whether all that it says is in the program that is compiled of it.</summary>
    public bool IsProgramAlone => _document is { ListenerPath: null or "", Flags: null or { IsDefaultOrEmpty: true } };

    /// <summary>As at Docker one that says nothing filters nothing.</summary>
    private bool IsNone => string.IsNullOrEmpty(_document.DefaultAction) && _rules.IsEmpty;

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
    /// <returns>Null where nothing is filtered.</returns>
    /// <exception cref="ContainerException">One of them cannot be.</exception>
    public ReadOnlyMemory<byte>? Resolve(ImmutableArray<string> capabilities) =>
        Resolve(capabilities, RuntimeInformation.ProcessArchitecture, Environment.OSVersion.Version);

    internal ReadOnlyMemory<byte>? Resolve(
        ImmutableArray<string> capabilities, Architecture architecture, Version kernel)
    {
        if (IsNone) return null;
        var (name, goName) = architecture switch
        {
            Architecture.X64 => ("SCMP_ARCH_X86_64", "amd64"),
            Architecture.Arm64 => ("SCMP_ARCH_AARCH64", "arm64"),
            _ => throw new ContainerException(ContainerFault.Host, $"no seccomp rules are known for {architecture}"),
        };
        ImmutableArray<SeccompRule> rules = [.. _rules.Where(rule => Holds(rule, capabilities, goName, kernel))];
        try
        {
            foreach (var rule in rules) CheckRule(rule);
            CheckNotify(rules);
        }
        catch (JsonException wrong)
        {
            throw new ContainerException(ContainerFault.Invalid, $"seccomp profile: {wrong.Message}", wrong);
        }

        return SeccompWriting.Write(_document, rules, name);
    }

    private static bool Holds(
        SeccompRule rule, ImmutableArray<string> capabilities, string architecture, Version kernel)
    {
        if (rule.Includes is { } includes)
        {
            var arches = includes.Arches.OrNone();
            if (!arches.IsEmpty && !arches.Contains(architecture)) return false;
            if (!includes.Caps.OrNone().All(needed => capabilities.Contains(needed ?? ""))) return false;
            if (!KernelCondition.IsMet(includes.MinKernel, kernel, otherwise: true)) return false;
        }

        return rule.Excludes is not { } excludes
            || (!excludes.Arches.OrNone().Contains(architecture)
                && !excludes.Caps.OrNone().Any(has => capabilities.Contains(has ?? ""))
                && !KernelCondition.IsMet(excludes.MinKernel, kernel, otherwise: false));
    }

    private static void CheckAction(string? action, string field)
    {
        if (string.IsNullOrEmpty(action)) throw new JsonException($"{field} is missing");
        if (!Actions.Contains(action)) throw new JsonException($"string {action} is not a valid action for seccomp");
    }

    private static void CheckRule(SeccompRule rule)
    {
        CheckAction(rule.Action, "action");
        foreach (var argument in rule.Args.OrNone())
        {
            if (!Operators.Contains(argument?.Op ?? ""))
                throw new JsonException($"string {argument?.Op} is not a valid operator for seccomp");
        }
    }

    /// <remarks>As runc: who is asked has to be there, and cannot be asked of what asks it.
    /// https://github.com/opencontainers/runc/blob/main/libcontainer/seccomp/seccomp_linux.go</remarks>
    private void CheckNotify(ImmutableArray<SeccompRule> rules)
    {
        if (_document.DefaultAction == Notify) throw new JsonException($"{Notify} cannot be used as default action");
        foreach (var rule in rules.Where(rule => rule.Action == Notify))
        {
            if (rule.Name == "write" || rule.Names.OrNone().Contains("write"))
                throw new JsonException($"{Notify} cannot be used for the write syscall");
            if (string.IsNullOrEmpty(_document.ListenerPath)) throw new JsonException("listenerPath is not set");
        }
    }
}
