using System.Collections.Immutable;
using System.Net;
using Swarm.Client.Compose.Yaml;
using Swarm.Core.Containers;
using Swarm.Core.Images;

namespace Swarm.Client.Compose;

/// <summary>Keys of a service that say what its containers are.</summary>
internal static class ContainerKeys
{
    public static IEnumerable<KeyValuePair<string, Func<ContainerSpec, Field, ContainerSpec>>> All { get; } =
        new Dictionary<string, Func<ContainerSpec, Field, ContainerSpec>>
        {
            ["image"] = (container, field) => container with { Image = Image(field) },
            ["command"] = (container, field) => container with { Command = Words(field) },
            ["entrypoint"] = (container, field) => container with { Entrypoint = Words(field) },
            ["working_dir"] = (container, field) => container with { WorkingDirectory = Absolute(field) },
            ["user"] = (container, field) => container with { User = field.Text() },
            ["hostname"] = (container, field) => container with { Hostname = Hostname(field) },
            ["labels"] = (container, field) => container with { Labels = KeyValues.Labels(field) },
            ["healthcheck"] = (container, field) => container with { HealthCheck = HealthKeys.Read(field) },
            ["stop_signal"] = (container, field) => container with { StopSignal = Signals.Read(field) },
            ["stop_grace_period"] =
                (container, field) => container with { StopGrace = field.Duration() ?? container.StopGrace },
            ["cap_add"] = (container, field) => container with { AddCapabilities = Capabilities.Read(field) },
            ["cap_drop"] = (container, field) => container with { DropCapabilities = Capabilities.Read(field) },
            ["read_only"] = (container, field) => container with { ReadOnlyRoot = field.Flag() ?? false },
            ["privileged"] = (container, field) => container with { Privileged = field.Flag() ?? false },
            ["security_opt"] = (container, field) => container with { NoNewPrivileges = NoNewPrivileges(field) },
            ["sysctls"] = (container, field) => container with { Sysctls = Sysctls(field) },
            ["extra_hosts"] = (container, field) => container with { ExtraHosts = ExtraHosts(field) },
            ["dns"] = (container, field) => container with { DnsServers = DnsServers(field) },
            ["shm_size"] = (container, field) => container with { ShmSize = field.Size() ?? container.ShmSize },
            ["tty"] = (container, field) => container with { Tty = field.Flag() ?? false },
            ["stdin_open"] = (container, field) => container with { OpenStdin = field.Flag() ?? false },
        };

    private static string Image(Field field)
    {
        if (field.Text() is not { } image) return "";
        if (!ImageReference.TryParse(image, out _, out var problem))
            field.Refuse(problem ?? "is not the name of an image");
        return image;
    }

    /// <remarks>Null leaves what the image says; an empty list takes it away.</remarks>
    private static ImmutableArray<string>? Words(Field field)
    {
        if (field.IsNull) return null;
        if (field.Value is YamlList) return [.. field.Texts().Select(item => item.Text)];
        if (field.Text() is not { } line) return null;
        if (ShellWords.Split(line) is { } words) return words;
        field.Refuse("has a quote that is never closed");
        return null;
    }

    private static string? Absolute(Field field)
    {
        var path = field.Text();
        if (path is not null && !path.StartsWith('/')) field.Refuse($"'{path}' must be an absolute path");
        return path;
    }

    private static string? Hostname(Field field)
    {
        var name = field.Text();
        if (name is not null
            && (name.Length is 0 or > 63 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '-' and not '.')))
        {
            field.Refuse($"'{name}' is not a host name: letters, digits, '-' and '.', at most 63");
        }

        return name;
    }

    private static bool NoNewPrivileges(Field field)
    {
        var result = false;
        foreach (var (text, item) in field.Texts())
        {
            switch (text)
            {
                case "no-new-privileges" or "no-new-privileges:true" or "no-new-privileges=true":
                    result = true;
                    break;
                case "no-new-privileges:false" or "no-new-privileges=false":
                    result = false;
                    break;
                default:
                    item.Refuse($"'{text}' is not supported yet: only no-new-privileges is");
                    break;
            }
        }

        return result;
    }

    private static ImmutableSortedDictionary<string, string> Sysctls(Field field)
    {
        var result = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value, at) in KeyValues.Read(field))
        {
            if (value is null) at.Refuse("needs a value");
            else if (name.Contains("..", StringComparison.Ordinal)
                || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '.' and not '_' and not '-' and not '/'))
                at.Refuse($"'{name}' is not the name of a kernel parameter");
            else result[name] = value;
        }

        return result.ToImmutable();
    }

    /// <remarks>Kept as Docker writes them: <c>name:address</c>.</remarks>
    private static ImmutableArray<string> ExtraHosts(Field field)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        if (field.Value is YamlList)
        {
            foreach (var (text, item) in field.Texts())
            {
                var split = text.IndexOfAny(['=', ':']);
                Add(split < 0 ? text : text[..split], split < 0 ? "" : text[(split + 1)..], item);
            }
        }
        else
        {
            foreach (var (key, value) in field.Entries()) Add(key.Text, value.Text() ?? "", value);
        }

        return result.ToImmutable();

        void Add(string name, string address, Field at)
        {
            var bare = address.StartsWith('[') && address.EndsWith(']') ? address[1..^1] : address;
            if (name.Length == 0) at.Refuse("needs a name, as name:address");
            else if (bare == "host-gateway") at.Refuse("host-gateway is not supported yet");
            else if (!IPAddress.TryParse(bare, out _))
                at.Refuse($"'{address}' is not an IP address; write it as name:address");
            else result.Add($"{name}:{bare}");
        }
    }

    private static ImmutableArray<string> DnsServers(Field field)
    {
        var given = field.Value is YamlList ? field.Texts() : field.Text() is { } one ? [(one, field)] : [];
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, item) in given)
        {
            if (IPAddress.TryParse(text, out _)) result.Add(text);
            else item.Refuse($"'{text}' is not an IP address");
        }

        return result.ToImmutable();
    }
}
