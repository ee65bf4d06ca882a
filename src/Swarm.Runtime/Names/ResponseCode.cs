namespace Swarm.Runtime.Names;

/// <summary>How a question was answered: <see href="https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1"/>.</summary>
internal enum ResponseCode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,

    /// <summary>Of EDNS: more than the header's four bits have room for.</summary>
    BadVersion = 16,
}
